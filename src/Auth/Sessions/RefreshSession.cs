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
    private readonly Users _users;
    private readonly TokenIssuer _issuer;
    private readonly Revocations _revocations;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _started;

    internal RefreshSession(Db db, Users users, TokenIssuer issuer, Revocations revocations, TimeProvider time) =>
        (_db, _users, _issuer, _revocations, _time, _started) = (db, users, issuer, revocations, time, time.GetUtcNow());

    public sealed record Request(string? RefreshToken);

    private sealed record Session(Guid UserId, byte[] Secret, int Counter, DateTimeOffset RotatedAt, DateTimeOffset ExpiresAt, bool Revoked, string[] Amr);

    public async Task<Tokens> HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.RefreshToken is { Length: > 0 }, "refreshToken", "is required");
        check.ThrowIfAny();
        if (!RefreshTokens.TryRead(request.RefreshToken, out var id, out var counter)) throw Problems.TokenExpired();
        var now = _time.GetUtcNow();
        var (user, session) = await _db.InTransactionAsync(tx => RotateAsync(tx, request.RefreshToken!, id, counter, now, ct), ct);
        if (session is null) throw AuthProblems.RefreshTokenReused();
        return await _issuer.IssueAsync(user, id, session.Counter, session.Secret, session.ExpiresAt, session.Amr, ct);
    }

    private async Task<(UserRow User, Session? Session)> RotateAsync(Tx tx, string token, Guid id, int counter, DateTimeOffset now, CancellationToken ct)
    {
        // The row lock makes races take turns: the first rotates, the rest find the rotation fresh.
        var session = await tx.OneAsync("""
            select user_id, secret, counter, rotated_at, expires_at, revoked_at is not null, amr from auth.sessions where id = $1 for update
            """, r => new Session(r.GetGuid(0), r.GetFieldValue<byte[]>(1), r.GetInt32(2), r.Instant(3), r.Instant(4), r.GetBoolean(5), r.GetFieldValue<string[]>(6)), ct, id);
        if (session is null || !RefreshTokens.IsGenuine(token, id, counter, session.Secret) || now >= session.ExpiresAt) throw Problems.TokenExpired();
        if (session.Revoked) throw Problems.TokenRevoked();
        var user = await _users.FindByIdAsync(tx, session.UserId, ct) ?? throw Problems.TokenExpired();
        if (counter == session.Counter)
        {
            await tx.ExecuteAsync("update auth.sessions set counter = counter + 1, rotated_at = $2, last_seen_at = $2 where id = $1", ct, id, now);
            return (user, session with { Counter = counter + 1 });
        }
        var inGrace = now - session.RotatedAt <= Grace || (now - _started <= Grace && _started - session.RotatedAt <= BeforeStart);
        if (counter == session.Counter - 1 && inGrace) return (user, session);
        await tx.ExecuteAsync("update auth.sessions set revoked_at = $2 where id = $1", ct, id, now);
        await _revocations.RevokeSessionAsync(tx, id, ct);
        await Mail.SendAsync(tx, Mail.SessionEnded(user.Profile.Email, now), ct);
        return (user, null);
    }
}
