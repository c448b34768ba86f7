using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>What a token in a mail is for.</summary>
internal enum MailTokenKind
{
    [JsonStringEnumMemberName("verify_email")] VerifyEmail,
    [JsonStringEnumMemberName("reset_password")] ResetPassword,
}

/// <summary>Tokens in mails: random, kept as hashes, used once.</summary>
internal static class MailTokens
{
    /// <param name="PasswordHash">Of a registration: what verifying activates.</param>
    public sealed record Used(Guid UserId, byte[] Hash, string? PasswordHash, byte[]? SealedName)
    {
        public string? Name(UserKey key) =>
            SealedName is null ? null : key.OpenText("auth.mail_tokens", "display_name", Convert.ToHexString(Hash), SealedName);
    }

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public static Task AddAsync(
        Tx tx,
        string token,
        Guid userId,
        MailTokenKind kind,
        DateTimeOffset expiresAt,
        string? passwordHash,
        byte[]? sealedName,
        CancellationToken ct
    ) =>
        tx.ExecuteAsync(
            """
            insert into auth.mail_tokens (token_hash, user_id, kind, expires_at, password_hash, display_name_sealed)
            values ($1, $2, $3, $4, $5::text, $6::bytea)
            """,
            ct,
            HashOf(token),
            userId,
            EnumNames.Of(kind),
            expiresAt,
            passwordHash,
            sealedName
        );

    public static byte[]? SealName(UserKey key, string token, string? name) =>
        name is null ? null : key.SealText("auth.mail_tokens", "display_name", Convert.ToHexString(HashOf(token)), name);

    /// <summary>Uses the token up, and with it all others of that user and kind; null when it is unknown, used or expired.</summary>
    public static async Task<Used?> UseAsync(Tx tx, string token, MailTokenKind kind, DateTimeOffset now, CancellationToken ct)
    {
        var hash = HashOf(token);
        var used = await tx.OneAsync(
            """
            update auth.mail_tokens set used_at = $3 where token_hash = $1 and kind = $2 and used_at is null and expires_at > $3
            returning user_id, password_hash, display_name_sealed
            """,
            r => new Used(r.GetGuid(0), hash, r.Text(1), r.IsDBNull(2) ? null : r.GetFieldValue<byte[]>(2)),
            ct,
            hash,
            EnumNames.Of(kind),
            now
        );
        await tx.ExecuteAsync(
            "update auth.mail_tokens set used_at = $3 where user_id = $1 and kind = $2 and used_at is null",
            ct,
            used?.UserId ?? Guid.Empty,
            EnumNames.Of(kind),
            now
        );
        return used;
    }
}
