using System.Text.Json;
using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;

namespace AgentInvest.Auth.Data;

/// <summary>What identity holds on a user: told unsealed, without secrets and hashes.</summary>
internal sealed class AuthUserData(Db db, Users users) : IUserData
{
    public IReadOnlyList<string> Tables { get; } =
    [
        "auth.mail_tokens",
        "auth.mfa_challenges",
        "auth.recovery_codes",
        "auth.totp",
        "auth.devices",
        "auth.sessions",
        "auth.exports",
        "auth.api_keys",
        "auth.passkeys",
        "auth.passkey_challenges",
        "auth.external_logins",
        "auth.email_changes",
    ];

    public async Task<IReadOnlyDictionary<string, object?>> ExportAsync(Guid user, CancellationToken ct)
    {
        if (await users.FindByIdAsync(user, ct) is not { } row) return new Dictionary<string, object?>();
        return new Dictionary<string, object?>
        {
            ["auth.users"] = new { row.Profile, row.CreatedAt },
            ["auth.sessions"] = await db.ListAsync(
                "select id, device, amr, created_at, last_seen_at, expires_at, revoked_at from auth.sessions where user_id = $1 order by created_at",
                r => new
                {
                    Id = r.GetGuid(0),
                    Device = Device.Open(row.Key, "auth.sessions", r.GetGuid(0), r.GetFieldValue<byte[]>(1)),
                    Amr = r.GetFieldValue<string[]>(2),
                    CreatedAt = r.Instant(3),
                    LastSeenAt = r.Instant(4),
                    ExpiresAt = r.Instant(5),
                    RevokedAt = r.Nullable<DateTimeOffset>(6),
                },
                ct,
                user
            ),
            ["auth.devices"] = await db.ListAsync(
                "select first_seen_at, last_seen_at from auth.devices where user_id = $1 order by first_seen_at",
                r => new { FirstSeenAt = r.Instant(0), LastSeenAt = r.Instant(1) },
                ct,
                user
            ),
            ["auth.mail_tokens"] = await db.ListAsync(
                "select kind, expires_at, used_at from auth.mail_tokens where user_id = $1 order by expires_at",
                r => new
                {
                    Kind = r.GetString(0),
                    ExpiresAt = r.Instant(1),
                    UsedAt = r.Nullable<DateTimeOffset>(2),
                },
                ct,
                user
            ),
            ["auth.totp"] = await db.ListAsync(
                "select confirmed_at, created_at from auth.totp where user_id = $1",
                r => new { ConfirmedAt = r.Nullable<DateTimeOffset>(0), CreatedAt = r.Instant(1) },
                ct,
                user
            ),
            ["auth.recovery_codes"] = await db.ListAsync(
                "select used_at from auth.recovery_codes where user_id = $1",
                r => new { UsedAt = r.Nullable<DateTimeOffset>(0) },
                ct,
                user
            ),
            ["auth.mfa_challenges"] = await db.ListAsync(
                "select attempts, expires_at, used_at from auth.mfa_challenges where user_id = $1",
                r => new
                {
                    Attempts = r.GetInt32(0),
                    ExpiresAt = r.Instant(1),
                    UsedAt = r.Nullable<DateTimeOffset>(2),
                },
                ct,
                user
            ),
            ["auth.api_keys"] = await RowsAsync("auth.api_keys", ["user_id", "key_hash"], user, ct),
            ["auth.passkeys"] = await RowsAsync("auth.passkeys", ["user_id", "credential_id", "public_key"], user, ct),
            ["auth.passkey_challenges"] = await RowsAsync("auth.passkey_challenges", ["user_id", "challenge_hash", "state"], user, ct),
            ["auth.email_changes"] = await RowsAsync(
                "auth.email_changes",
                ["user_id", "email_sealed", "old_token_hash", "new_token_hash"],
                user,
                ct
            ),
            ["auth.external_logins"] = await RowsAsync("auth.external_logins", ["user_id"], user, ct),
            ["auth.exports"] = await db.ListAsync(
                "select id, created_at, ready_at from auth.exports where user_id = $1",
                r => new
                {
                    Id = r.GetGuid(0),
                    CreatedAt = r.Instant(1),
                    ReadyAt = r.Nullable<DateTimeOffset>(2),
                },
                ct,
                user
            ),
        };
    }

    private Task<List<JsonElement>> RowsAsync(string table, string[] without, Guid user, CancellationToken ct) =>
        db.ListAsync(
            $"select (to_jsonb(t) - $2)::text from {table} t where user_id = $1",
            r => JsonSerializer.Deserialize<JsonElement>(r.GetString(0)),
            ct,
            user,
            without
        );

    public async Task EraseAsync(Tx tx, Guid user, CancellationToken ct)
    {
        if (await users.FindByIdAsync(tx, user, ct) is { } row)
            await tx.ExecuteAsync("delete from auth.login_failures where account = $1", ct, users.IndexOf(row.Profile.Email));
        foreach (var table in Tables) await tx.ExecuteAsync($"delete from {table} where user_id = $1", ct, user);
        await tx.ExecuteAsync("delete from auth.users where id = $1", ct, user);
    }
}
