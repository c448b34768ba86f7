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
public sealed class EndUserSessions
{
    private readonly Db _db;
    private readonly Users _users;
    private readonly EndSessions _end;
    private readonly TimeProvider _time;

    internal EndUserSessions(Db db, Users users, EndSessions end, TimeProvider time) => (_db, _users, _end, _time) = (db, users, end, time);

    public async Task HandleAsync(string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var user) || await _users.FindByIdAsync(user, ct) is null) throw Problems.NotFound();
        await _db.InTransactionAsync(async tx =>
        {
            var ended = await _end.HandleAsync(tx, user, null, null, ct);
            await AuditLog.AddAsync(tx, user, "admin.sessions_ended", new { ended }, _time.GetUtcNow(), ct);
        }, ct);
    }
}
