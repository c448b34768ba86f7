using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// POST /auth/refresh. A token has one successor, chosen by compare-and-set on the session's counter. For ten seconds whoever brings the
/// token again (a lost answer, a second tab) gets that same successor; also within ten seconds of this host's start, when the rotation was
/// less than a minute before it, because answers were lost with the old host. Afterwards, or for an older token at any time, somebody holds
/// a copy: the session ends and its owner gets a mail.
/// </summary>
[Singleton]
public sealed class RefreshSession(
    Db db,
    Users users,
    TokenIssuer issuer,
    Revocations revocations,
    MailOutbox mails,
    IOptions<AuthOptions> options,
    TimeProvider time
)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BeforeStart = TimeSpan.FromMinutes(1);
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <param name="RefreshToken">Left out by a browser that has it in its cookie.</param>
    [Example("""{"refreshToken": "as-the-login-answered-it"}""")]
    public sealed record Request(string? RefreshToken = null)
    {
        public Request() : this(RefreshToken: null) { }
    }

    private sealed record Session(
        Guid UserId,
        byte[] Secret,
        int Counter,
        DateTimeOffset RotatedAt,
        DateTimeOffset LastSeenAt,
        DateTimeOffset ExpiresAt,
        bool Revoked,
        string[] Amr
    );

    public async Task<Tokens> HandleAsync(string? refreshToken, CancellationToken ct)
    {
        var check = new Check();
        check.That(refreshToken is { Length: > 0 }, "refreshToken", "is required");
        check.ThrowIfAny();
        if (!RefreshTokens.TryRead(refreshToken, out var id, out var counter)) throw Problems.TokenExpired();
        while (true)
        {
            var now = time.GetUtcNow();
            var session = await ReadAsync(id, ct) ?? throw Problems.TokenExpired();
            var user = await users.FindByIdAsync(session.UserId, ct) ?? throw Problems.TokenExpired();
            var secret = RefreshTokens.OpenSecret(user.Key, id, session.Secret);
            if (
                !RefreshTokens.IsGenuine(refreshToken!, id, counter, secret)
                || now >= session.ExpiresAt
                || now >= session.LastSeenAt + options.Value.SessionIdle
            )
                throw Problems.TokenExpired();
            if (session.Revoked) throw Problems.TokenRevoked();
            var successor = counter + 1;
            // Whoever loses the race reads again, and finds the rotation fresh.
            if (counter == session.Counter && !await RotateAsync(id, counter, now, ct)) continue;
            if (counter == session.Counter || (successor == session.Counter && IsGraced(session, now)))
                return await issuer.IssueAsync(user, id, successor, secret, session.ExpiresAt, session.Amr, ct);
            await EndAsync(id, user, now, ct);
            throw AuthProblems.RefreshTokenReused();
        }
    }

    private bool IsGraced(Session session, DateTimeOffset now) =>
        now - session.RotatedAt <= Grace || (now - _started <= Grace && _started - session.RotatedAt <= BeforeStart);

    private Task<Session?> ReadAsync(Guid id, CancellationToken ct) =>
        db.OneAsync(
            """
            select user_id, secret, counter, rotated_at, last_seen_at, expires_at, revoked_at is not null, amr
            from auth.sessions where id = $1
            """,
            r => new Session(
                r.GetGuid(0),
                r.GetFieldValue<byte[]>(1),
                r.GetInt32(2),
                r.Instant(3),
                r.Instant(4),
                r.Instant(5),
                r.GetBoolean(6),
                r.GetFieldValue<string[]>(7)
            ),
            ct,
            id
        );

    private async Task<bool> RotateAsync(Guid id, int counter, DateTimeOffset now, CancellationToken ct) =>
        await db.ExecuteAsync(
            """
            update auth.sessions set counter = counter + 1, rotated_at = $3, last_seen_at = $3
            where id = $1 and counter = $2 and revoked_at is null
            """,
            ct,
            id,
            counter,
            now
        ) == 1;

    private Task EndAsync(Guid id, UserRow user, DateTimeOffset now, CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                if (
                    await tx.ExecuteAsync("update auth.sessions set revoked_at = $2 where id = $1 and revoked_at is null", ct, id, now) == 0
                )
                    return;
                await revocations.RevokeSessionAsync(tx, id, ct);
                await mails.AddAsync(tx, Mail.SessionEnded(user.Profile.Email, now), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.refresh_token_reused", new { session = id }, now, ct);
            },
            ct
        );
}
