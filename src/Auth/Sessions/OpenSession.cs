using System.Security.Cryptography;
using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>Where a sign-in comes from.</summary>
/// <param name="Source">The caller's address as limits count it (<see cref="CallerAddress"/>).</param>
public sealed record SignInContext(string Source, string? DeviceName, string? UserAgent, string? Language);

/// <summary>
/// The last step of every way to sign in: opens a session, mails the user about a device not seen before, issues the first tokens.
/// </summary>
[Singleton]
public sealed class OpenSession(Db db, TokenIssuer issuer, MailOutbox mails, TimeProvider time)
{
    /// <param name="user">As read before; a change of rights since then shows in the tokens' version.</param>
    /// <param name="amr">How the user proved to be themselves, RFC 8176: <c>pwd</c>, <c>otp</c>, …</param>
    internal Task<Tokens> HandleAsync(UserRow user, SignInContext context, IReadOnlyList<string> amr, CancellationToken ct) =>
        db.InTransactionAsync(tx => HandleAsync(tx, user, context, amr, ct), ct);

    internal async Task<Tokens> HandleAsync(Tx tx, UserRow user, SignInContext context, IReadOnlyList<string> amr, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var device = Device.Of(context);
        var session = Guid.CreateVersion7();
        var secret = RandomNumberGenerator.GetBytes(32);
        var expires = now + TokenIssuer.SessionLifetime;
        await tx.ExecuteAsync(
            """
            insert into auth.sessions (id, user_id, secret, rotated_at, device, amr, created_at, last_seen_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $4, $4, $7)
            """,
            ct,
            session,
            user.Id,
            RefreshTokens.SealSecret(user.Key, session, secret),
            now,
            device.Seal(user.Key, "auth.sessions", session),
            amr.ToArray(),
            expires
        );
        if (await IsNewAsync(tx, user, device, now, ct))
            await mails.AddAsync(tx, SecurityMails.NewDevice(user.Profile.Email, device, now), ct);
        await AuditLog.AddAsync(tx, user.Id, "auth.signed_in", new { session, amr }, now, ct, actor: user.Id);
        return await issuer.IssueAsync(user, session, 0, secret, expires, amr, ct);
    }

    /// <summary>The very first device of an account is no news to whoever has just made it.</summary>
    private static async Task<bool> IsNewAsync(Tx tx, UserRow user, Device device, DateTimeOffset now, CancellationToken ct) =>
        await tx.OneAsync(
            """
            with known as (select count(*) as n from auth.devices where user_id = $1)
            insert into auth.devices (user_id, fingerprint, first_seen_at, last_seen_at) values ($1, $2, $3, $3)
            on conflict (user_id, fingerprint) do update set last_seen_at = excluded.last_seen_at
            returning xmax = 0 and (select n from known) > 0
            """,
            r => r.GetBoolean(0),
            ct,
            user.Id,
            device.Fingerprint(user.Key),
            now
        );
}
