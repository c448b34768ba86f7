using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Mails;

/// <summary>
/// Mails on their way out, in the outbox of the transaction that causes them. A mail holds an address and often a token, so it lies there
/// sealed with the master key, found by a keyed hash of its address; not with the user's key, for it must be readable after they are gone,
/// and to strangers mails go as well.
/// </summary>
[Singleton]
public sealed class MailOutbox(MasterKey master)
{
    private const string DecoyKind = "auth.decoy";
    private readonly IReadOnlyList<byte[]> _keys = master.DeriveAll("mail/to");

    /// <param name="To">Keyed hash of the address, hexadecimal.</param>
    /// <param name="Sealed">The mail.</param>
    internal sealed record Stored(string To, byte[] Sealed);

    /// <param name="isDecoy">The same row under a kind that nobody sends: what an unknown address costs.</param>
    internal Task AddAsync(Tx tx, Mail mail, CancellationToken ct, bool isDecoy = false)
    {
        var to = IndexOf(_keys[0], mail.To);
        return Outbox.AddAsync(
            tx,
            isDecoy ? DecoyKind : Mail.OutboxKind,
            new Stored(to, master.Protect("mail/" + to, JsonSerializer.SerializeToUtf8Bytes(mail, Json.Options))),
            null,
            ct
        );
    }

    internal Mail Open(Stored stored) =>
        JsonSerializer.Deserialize<Mail>(master.Unprotect("mail/" + stored.To, stored.Sealed), Json.Options)!;

    /// <summary>What the mails to an address are found by, while a key is being rotated by either.</summary>
    internal string[] IndexesOf(string email) => _keys.Select(k => IndexOf(k, email)).ToArray();

    /// <summary>Takes back what has not been sent to this address yet.</summary>
    internal Task ForgetAsync(Tx tx, string email, CancellationToken ct) =>
        tx.ExecuteAsync(
            "delete from core.outbox where kind in ($1, $2) and payload ->> 'to' = any($3)",
            ct,
            Mail.OutboxKind,
            DecoyKind,
            IndexesOf(email)
        );

    /// <summary>Decoys, and mails that nobody sends because no SMTP is configured, go after a week.</summary>
    internal static Task PurgeAsync(Db db, DateTimeOffset now, CancellationToken ct) =>
        db.ExecuteAsync(
            "delete from core.outbox where (kind = $1 and created_at < $3) or (kind = $2 and created_at < $4)",
            ct,
            DecoyKind,
            Mail.OutboxKind,
            now - TimeSpan.FromMinutes(5),
            now - TimeSpan.FromDays(7)
        );

    private static string IndexOf(byte[] key, string email) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(email)));
}
