using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.OAuth;

/// <summary>What a waiting identity is claimed with.</summary>
internal enum OneTimeIdentityKind
{
    /// <summary>The code that the app exchanges.</summary>
    Code,

    /// <summary>The token that links it to an account of the same address.</summary>
    Link,
}

/// <summary>
/// Identities that wait for the app to claim them: sealed, found by a secret of which only the hash is kept, claimed once.
/// </summary>
[Singleton]
public sealed class OneTimeIdentities(Db db, MasterKey master, TimeProvider time)
{
    private const int MaxAttempts = 5;

    internal async Task<string> KeepAsync(OneTimeIdentityKind kind, ExternalIdentity identity, TimeSpan lifetime, CancellationToken ct)
    {
        var secret = MasterKey.NewToken();
        var now = time.GetUtcNow();
        await db.ExecuteAsync(
            """
            with expired as (delete from auth.oauth_codes where expires_at < $4)
            insert into auth.oauth_codes (code_hash, kind, identity, expires_at) values ($1, $2, $3, $5)
            """,
            ct,
            StartOAuth.HashOf(secret),
            EnumNames.Of(kind),
            master.Protect(Purpose(kind), JsonSerializer.SerializeToUtf8Bytes(identity)),
            now,
            now + lifetime
        );
        return secret;
    }

    internal async Task<ExternalIdentity?> TakeAsync(Tx tx, OneTimeIdentityKind kind, string secret, CancellationToken ct) =>
        Open(
            kind,
            await tx.OneAsync(
                "delete from auth.oauth_codes where code_hash = $1 and kind = $2 and expires_at > $3 returning identity",
                r => r.GetFieldValue<byte[]>(0),
                ct,
                StartOAuth.HashOf(secret),
                EnumNames.Of(kind),
                time.GetUtcNow()
            )
        );

    /// <summary>Reads without claiming, five times at most: each time is a guess of the password that goes with it.</summary>
    internal async Task<ExternalIdentity?> TryAsync(OneTimeIdentityKind kind, string secret, CancellationToken ct) =>
        Open(
            kind,
            await db.OneAsync(
                """
                update auth.oauth_codes set attempts = attempts + 1
                where code_hash = $1 and kind = $2 and expires_at > $3 and attempts < $4 returning identity
                """,
                r => r.GetFieldValue<byte[]>(0),
                ct,
                StartOAuth.HashOf(secret),
                EnumNames.Of(kind),
                time.GetUtcNow(),
                MaxAttempts
            )
        );

    private ExternalIdentity? Open(OneTimeIdentityKind kind, byte[]? bytes) =>
        bytes is null ? null : JsonSerializer.Deserialize<ExternalIdentity>(master.Unprotect(Purpose(kind), bytes));

    private static string Purpose(OneTimeIdentityKind kind) => "oauth-" + EnumNames.Of(kind);
}
