using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// POST /auth/refresh. A token has one successor. For ten seconds whoever brings the token again (a lost answer, a second tab) gets that same successor;
/// also within ten seconds of this host's start, when the rotation was less than a minute before it, because answers were lost with the old host.
/// Afterwards, or for an older token at any time, somebody holds a copy: the session ends and its owner is told.
/// </summary>
public sealed class RefreshSession
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BeforeStart = TimeSpan.FromMinutes(1);
    private readonly Db _db;
    private readonly TokenIssuer _issuer;
    private readonly Revocations _revocations;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _started;

    internal RefreshSession(Db db, TokenIssuer issuer, Revocations revocations, TimeProvider time) =>
        (_db, _issuer, _revocations, _time, _started) = (db, issuer, revocations, time, time.GetUtcNow());

    public sealed record Request(string? RefreshToken);

    private sealed record Session(UserProfile User, byte[] Secret, int Counter, DateTimeOffset RotatedAt, DateTimeOffset ExpiresAt, bool Revoked, string[] Amr);

    public async Task<Tokens> HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.RefreshToken is { Length: > 0 }, "refreshToken", "is required");
        check.ThrowIfAny();
        if (!RefreshTokens.TryRead(request.RefreshToken, out var id, out var counter)) throw Problems.TokenExpired();
        var now = _time.GetUtcNow();
        var (session, reused) = await _db.InTransactionAsync(tx => RotateAsync(tx, request.RefreshToken!, id, counter, now, ct), ct);
        if (reused) throw AuthProblems.RefreshTokenReused();
        return await _issuer.IssueAsync(session.User, id, session.Counter, session.Secret, session.ExpiresAt, session.Amr, ct);
    }

    private async Task<(Session Session, bool Reused)> RotateAsync(Tx tx, string token, Guid id, int counter, DateTimeOffset now, CancellationToken ct)
    {
        // The row lock makes races take turns: the first rotates, the rest find the rotation fresh.
        var session = await tx.OneAsync("""
            select u.id, u.email, u.display_name, u.roles, u.tier, u.verified_at is not null, s.secret, s.counter, s.rotated_at, s.expires_at, s.revoked_at is not null, s.amr
            from auth.sessions s join auth.users u on u.id = s.user_id where s.id = $1 for update of s
            """, r => new Session(UserProfile.Read(r), r.GetFieldValue<byte[]>(6), r.GetInt32(7), r.Instant(8), r.Instant(9), r.GetBoolean(10), r.GetFieldValue<string[]>(11)), ct, id);
        if (session is null || !RefreshTokens.IsGenuine(token, id, counter, session.Secret) || now >= session.ExpiresAt) throw Problems.TokenExpired();
        if (session.Revoked) throw Problems.TokenRevoked();
        if (counter == session.Counter)
        {
            await tx.ExecuteAsync("update auth.sessions set counter = counter + 1, rotated_at = $2, last_seen_at = $2 where id = $1", ct, id, now);
            return (session with { Counter = counter + 1 }, false);
        }
        var inGrace = now - session.RotatedAt <= Grace || (now - _started <= Grace && _started - session.RotatedAt <= BeforeStart);
        if (counter == session.Counter - 1 && inGrace) return (session, false);
        await tx.ExecuteAsync("update auth.sessions set revoked_at = $2 where id = $1", ct, id, now);
        await _revocations.RevokeSessionAsync(tx, id, ct);
        await Mail.SendAsync(tx, Mail.SessionEnded(session.User.Email, now), ct);
        return (session, true);
    }
}
