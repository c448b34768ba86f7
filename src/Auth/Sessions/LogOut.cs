using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>POST /auth/logout: ends this session, or all of the user's; their access tokens stop working now.</summary>
public sealed class LogOut
{
    private readonly Db _db;
    private readonly EndSessions _end;

    internal LogOut(Db db, EndSessions end) => (_db, _end) = (db, end);

    public sealed record Request(bool Everywhere)
    {
        public Request() : this(false) { }
    }

    public Task HandleAsync(CurrentUser user, Request request, CancellationToken ct) =>
        _db.InTransactionAsync(tx => _end.HandleAsync(tx, user.Id, request.Everywhere ? null : user.SessionId, null, ct), ct);
}
