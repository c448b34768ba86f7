using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Sessions;

/// <summary>GET /auth/sessions: the user's open sessions, the latest first. DELETE /auth/sessions/{id} ends one.</summary>
[Singleton]
public sealed class ListSessions(Db db, Users users, EndSessions end, IOptions<AuthOptions> options, TimeProvider time)
{
    private const int MaxSessions = 200;

    /// <param name="Id">The <c>sid</c> of its tokens.</param>
    /// <param name="IpPrefix">Where it was opened from: /24 of an IPv4 address, /48 of an IPv6 one.</param>
    /// <param name="Current">The one that asks.</param>
    public sealed record Session(
        Guid Id,
        string? DeviceName,
        string IpPrefix,
        DateTimeOffset CreatedAt,
        DateTimeOffset LastSeenAt,
        bool Current
    );

    public async Task<ListPage<Session>> HandleAsync(CurrentUser user, CancellationToken ct)
    {
        var key = (await users.FindByIdAsync(user.Id, ct) ?? throw Problems.NotFound()).Key;
        var now = time.GetUtcNow();
        var sessions = await db.ListAsync("""
            select id, device, created_at, last_seen_at from auth.sessions
            where user_id = $1 and revoked_at is null and expires_at > $2 and last_seen_at > $3 order by last_seen_at desc, id desc limit $4
            """, r =>
        {
            var device = Device.Open(key, "auth.sessions", r.GetGuid(0), r.GetFieldValue<byte[]>(1));
            return new Session(r.GetGuid(0), device.Name, device.IpPrefix, r.Instant(2), r.Instant(3), r.GetGuid(0) == user.SessionId);
        }, ct, user.Id, now, now - options.Value.SessionIdle, MaxSessions);
        return new ListPage<Session>(sessions, null);
    }

    public async Task EndAsync(CurrentUser user, string id, CancellationToken ct)
    {
        if (
            !Guid.TryParse(id, out var session)
            || await db.InTransactionAsync(tx => end.HandleAsync(tx, user.Id, session, null, ct), ct) == 0
        )
            throw Problems.NotFound();
    }
}
