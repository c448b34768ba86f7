using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using AgentInvest.Core.Data;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Auth.Passkeys;

/// <summary>
/// What was asked of an authenticator, until it is answered: on the server, found by the challenge that the answer repeats, consumed by the
/// first answer, right or wrong.
/// </summary>
[Singleton]
public sealed class PasskeyChallenges(Db db, TimeProvider time)
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <param name="optionsJson">The options that the browser gets; they name the challenge.</param>
    internal async Task KeepAsync(Guid? user, string optionsJson, string state, CancellationToken ct)
    {
        using var options = JsonDocument.Parse(optionsJson);
        var now = time.GetUtcNow();
        await db.ExecuteAsync("""
            with expired as (delete from auth.passkey_challenges where expires_at < $4)
            insert into auth.passkey_challenges (challenge_hash, user_id, state, expires_at) values ($1, $2::uuid, $3, $5)
            """, ct, HashOf(options.RootElement.GetProperty("challenge").GetString()!), user, state, now, now + Lifetime);
    }

    /// <summary>The state, once; null for an answer to nothing we asked this caller.</summary>
    internal async Task<string?> TakeAsync(Guid? user, PasskeyCredential body, CancellationToken ct) =>
        body.Challenge() is not { } challenge
            ? null
            : await db.OneAsync(
                """
                delete from auth.passkey_challenges
                where challenge_hash = $1 and user_id is not distinct from $2::uuid and expires_at > $3 returning state
                """,
                r => r.GetString(0),
                ct,
                HashOf(challenge),
                user,
                time.GetUtcNow()
            );

    /// <summary>
    /// The handler asks for a request's context; with the relying party and the origins configured it reads nothing of it.
    /// </summary>
    internal static HttpContext Context(CancellationToken ct) => new DefaultHttpContext { RequestAborted = ct };

    private static byte[] HashOf(string challenge) => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(challenge));
}
