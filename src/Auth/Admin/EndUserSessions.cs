using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Admin;

/// <summary>
/// DELETE /admin/users/{id}/sessions: everybody who is signed in as this user is signed out, here now, on other hosts within a second. API
/// keys stay.
/// </summary>
[Singleton]
public sealed class EndUserSessions(Db db, Users users, EndSessions end, TimeProvider time)
{
    public async Task HandleAsync(string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var user) || await users.FindByIdAsync(user, ct) is null) throw Problems.NotFound();
        await db.InTransactionAsync(async tx =>
        {
            var ended = await end.HandleAsync(tx, user, null, null, ct);
            await AuditLog.AddAsync(tx, user, "admin.sessions_ended", new { ended }, time.GetUtcNow(), ct);
        }, ct);
    }
}
