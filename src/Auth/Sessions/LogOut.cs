using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>POST /auth/logout: ends this session, or all of the user's; their access tokens stop working now.</summary>
[Singleton]
public sealed class LogOut(Db db, Users users, EndSessions end)
{
    [Example("""{"everywhere": false}""")]
    public sealed record Request(bool Everywhere = false)
    {
        public Request() : this(Everywhere: false) { }
    }

    public Task HandleAsync(CurrentUser user, Request request, CancellationToken ct) =>
        EndAsync(user.Id, user.SessionId, request, ct);

    /// <summary>
    /// The same for a browser whose access token has expired or is lost: its refresh token names the session. A token that opens none, or
    /// one that has ended, leaves nothing to do.
    /// </summary>
    public async Task HandleAsync(string refreshToken, Request request, CancellationToken ct)
    {
        if (!RefreshTokens.TryRead(refreshToken, out var session, out var counter)) return;
        var (userId, sealedSecret) = await db.OneAsync(
            "select user_id, secret from auth.sessions where id = $1 and revoked_at is null",
            r => (r.GetGuid(0), r.GetFieldValue<byte[]>(1)),
            ct,
            session
        );
        if (
            await users.FindByIdAsync(userId, ct) is { } user
            && RefreshTokens.IsGenuine(refreshToken, session, counter, RefreshTokens.OpenSecret(user.Key, session, sealedSecret))
        )
            await EndAsync(userId, session, request, ct);
    }

    private Task<int> EndAsync(Guid userId, Guid session, Request request, CancellationToken ct) =>
        db.InTransactionAsync(tx => end.HandleAsync(tx, userId, request.Everywhere ? null : session, null, ct), ct);
}
