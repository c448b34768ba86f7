using System.Collections.Concurrent;
using AgentInvest.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Core.Security;

/// <summary>
/// The sessions ended in the last quarter of an hour, and the users whose rights changed, in memory: asked on every request. A host applies
/// its own revocations at once and reads the others' every 400 ms. While PostgreSQL is away, what is known stays in force.
/// </summary>
[Singleton]
public sealed partial class Revocations(Db db, TimeProvider time, ILogger<Revocations> log) : BackgroundService
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Kept = AccessTokens.Lifetime + TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _sessions = new();
    private readonly ConcurrentDictionary<Guid, (int Below, DateTimeOffset At)> _users = new();
    private DateTimeOffset _readUpTo = DateTimeOffset.MinValue;

    /// <summary>
    /// Whether the session behind this user has been ended, or the token says of the user what is true no more. API keys are looked up by
    /// their owner.
    /// </summary>
    public bool IsRevoked(CurrentUser user) =>
        (!_sessions.IsEmpty && _sessions.ContainsKey(user.SessionId))
        || (
            !_users.IsEmpty
            && user.SessionId != Guid.Empty
            && _users.TryGetValue(user.Id, out var rights)
            && user.TokenVersion < rights.Below
        );

    /// <summary>Ends one session. Write it in the transaction that ends the session; it is in force here when this returns.</summary>
    public async Task RevokeSessionAsync(Tx tx, Guid sessionId, CancellationToken ct)
    {
        await tx.ExecuteAsync("insert into core.revocations (session_id) values ($1)", ct, sessionId);
        // Early by the length of a commit: a token refused although its revocation was rolled back is refreshed; the other way round is a
        // hole.
        _sessions[sessionId] = time.GetUtcNow();
    }

    /// <summary>Voids the access tokens of a user with a version below this one; their sessions go on and fetch new ones.</summary>
    public async Task RevokeTokensAsync(Tx tx, Guid userId, int belowVersion, CancellationToken ct)
    {
        await tx.ExecuteAsync("insert into core.revocations (user_id, below_version) values ($1, $2)", ct, userId, belowVersion);
        _users[userId] = (belowVersion, time.GetUtcNow());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReadEvery, time);
        do
        {
            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Log.NotRead(log, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // Overlapping by 5 s: a transaction may commit a row that is stamped before the last look.
        var since = _readUpTo == DateTimeOffset.MinValue ? now - Kept : _readUpTo - TimeSpan.FromSeconds(5);
        var rows = await db.ListAsync("select session_id, user_id, below_version, at from core.revocations where at > $1",
            r => (Session: r.Nullable<Guid>(0), User: r.Nullable<Guid>(1), Below: r.Nullable<int>(2), At: r.Instant(3)), ct, since);
        foreach (var row in rows)
        {
            if (row.Session is { } session) _sessions[session] = row.At;
            if (row.User is { } user)
                _users.AddOrUpdate(
                    user,
                    (row.Below!.Value, row.At),
                    (_, known) => known.Below >= row.Below ? known : (row.Below.Value, row.At)
                );
            if (row.At > _readUpTo) _readUpTo = row.At;
        }
        foreach (var (id, at) in _sessions)
            if (at < now - Kept) _sessions.TryRemove(id, out _);
        foreach (var (id, rights) in _users)
            if (rights.At < now - Kept) _users.TryRemove(id, out _);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Revocations could not be read: {Reason}")]
        public static partial void NotRead(ILogger log, string reason);
    }
}
