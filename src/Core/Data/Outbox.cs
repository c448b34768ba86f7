using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Core.Data;

/// <summary>
/// Side effects that must happen if, and only if, a transaction commits: mails, analytics jobs, feed look-ups.
/// A row is written in the transaction; a timer of the feature that owns the kind drains it, at least once, in order of writing.
/// </summary>
public sealed partial class Outbox(Db db, TimeProvider time, ILogger<Outbox> log)
{
    /// <summary>Adds a message in the caller's transaction.</summary>
    /// <param name="kind">Dotted name, led by the feature that handles it: <c>portfolio.analytics</c>.</param>
    /// <param name="key">Messages of one kind and key that are still waiting collapse into one; null never collapses.</param>
    /// <param name="after">How long it waits for others of its key to come, from the first of them on.</param>
    public static Task AddAsync<T>(Tx tx, string kind, T payload, string? key, CancellationToken ct, TimeSpan after = default) =>
        tx.ExecuteAsync(Insert, ct, kind, key, JsonSerializer.Serialize(payload, Json.Options), after);

    /// <summary>The same with other statements in one trip.</summary>
    public static void Add<T>(Batch batch, string kind, T payload, string? key, TimeSpan after = default) =>
        batch.Execute(Insert, kind, key, JsonSerializer.Serialize(payload, Json.Options), after);

    private const string Insert = """
        insert into core.outbox as o (kind, key, payload, due_at) values ($1, $2::text, $3::jsonb, now() + $4)
        on conflict (kind, key) where key is not null
        do update set payload = excluded.payload, attempts = 0, due_at = least(o.due_at, excluded.due_at)
        """;

    /// <summary>
    /// Hands each waiting message of <paramref name="kind"/> to <paramref name="handle"/> and removes it; a failed one is tried again
    /// later, longer each time. Two hosts may drain at once: a row is taken by one of them.
    /// </summary>
    /// <returns>How many were handled.</returns>
    public async Task<int> DrainAsync<T>(string kind, Func<T, Task> handle, CancellationToken ct, int most = 100)
    {
        var handled = 0;
        while (handled < most)
        {
            var taken = await db.InTransactionAsync(
                async tx =>
                {
                    var row = await tx.OneAsync(
                        """
                        select id, payload::text, attempts from core.outbox
                        where kind = $1 and due_at <= $2 order by due_at, id limit 1 for update skip locked
                        """,
                        r => (Id: r.GetInt64(0), Payload: r.GetString(1), Attempts: r.GetInt32(2)),
                        ct,
                        kind,
                        time.GetUtcNow()
                    );
                    if (row.Payload is null)
                        return false;
                    try
                    {
                        await handle(JsonSerializer.Deserialize<T>(row.Payload, Json.Options)!);
                        await tx.ExecuteAsync("delete from core.outbox where id = $1", ct, row.Id);
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        Log.Failed(log, kind, row.Id, row.Attempts + 1, e);
                        var wait = TimeSpan.FromSeconds(Math.Min(600, Math.Pow(2, row.Attempts)));
                        await tx.ExecuteAsync(
                            "update core.outbox set attempts = attempts + 1, due_at = $2 where id = $1",
                            ct,
                            row.Id,
                            time.GetUtcNow() + wait
                        );
                    }
                    return true;
                },
                ct
            );
            if (!taken) break;
            handled++;
        }
        return handled;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Outbox message {Id} of kind {Kind} failed (attempt {Attempt})")]
        public static partial void Failed(ILogger log, string kind, long id, int attempt, Exception exception);
    }
}
