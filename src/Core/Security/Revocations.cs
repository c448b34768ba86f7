using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Core.Security;

/// <summary>
/// The sessions ended in the last quarter of an hour, in memory: asked on every request. A host applies its own revocations at once and reads the
/// others' every half second. While PostgreSQL is away, what is known stays in force.
/// </summary>
public sealed partial class Revocations(Db db, TimeProvider time, ILogger<Revocations> log) : BackgroundService
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Kept = AccessTokens.Lifetime + TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _sessions = new();
    private DateTimeOffset _readUpTo = DateTimeOffset.MinValue;

    /// <summary>Whether the session behind this user has been ended.</summary>
    public bool IsRevoked(CurrentUser user) => !_sessions.IsEmpty && _sessions.ContainsKey(user.SessionId);

    /// <summary>Ends one session. Write it in the transaction that ends the session; it is in force here when this returns.</summary>
    public async Task RevokeSessionAsync(Tx tx, Guid sessionId, CancellationToken ct)
    {
        await tx.ExecuteAsync("insert into core.revocations (session_id) values ($1)", ct, sessionId);
        // Early by the length of a commit: a token refused although its revocation was rolled back is refreshed; the other way round is a hole.
        _sessions[sessionId] = time.GetUtcNow();
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
        var rows = await db.ListAsync("select session_id, at from core.revocations where at > $1", r => (Session: r.GetGuid(0), At: r.Instant(1)), ct, since);
        foreach (var row in rows)
        {
            _sessions[row.Session] = row.At;
            if (row.At > _readUpTo) _readUpTo = row.At;
        }
        foreach (var (id, at) in _sessions)
            if (at < now - Kept) _sessions.TryRemove(id, out _);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Revocations could not be read: {Reason}")]
        public static partial void NotRead(ILogger log, string reason);
    }
}
