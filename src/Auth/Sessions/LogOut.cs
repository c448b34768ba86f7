using AgentInvest.Core;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>POST /auth/logout: ends this session, or all of the user's; their access tokens stop working now.</summary>
public sealed class LogOut(Db db, Revocations revocations, TimeProvider time)
{
    public sealed record Request(bool Everywhere)
    {
        public Request() : this(false) { }
    }

    public Task HandleAsync(CurrentUser user, Request request, CancellationToken ct) => db.InTransactionAsync(async tx =>
    {
        var ended = await tx.ListAsync("""
            update auth.sessions set revoked_at = $3 where user_id = $1 and ($4 or id = $2) and revoked_at is null returning id
            """, r => r.GetGuid(0), ct, user.Id, user.SessionId, time.GetUtcNow(), request.Everywhere);
        foreach (var session in ended) await revocations.RevokeSessionAsync(tx, session, ct);
    }, ct);
}
