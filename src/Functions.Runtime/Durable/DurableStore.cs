using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace AgentInvest.Functions.Runtime.Durable;

internal sealed record InstanceRow(string Id, string Name, Guid ExecutionId, string? Input, Guid Lease);
internal sealed record ActivityRow(Guid ExecutionId, int TaskId, string InstanceId, string Name, string? Input, Guid Lease);
internal sealed record InboxRow(long Id, HistoryEvent Event);

/// <summary>
/// Orchestrations in PostgreSQL. Two rules make it safe: adding to an inbox locks the instance's row and sets its wake_at in the same
/// transaction; ending a turn locks that row first and only then reads what is left in the inbox. So no arrival is missed. A lease is a
/// token of one claim; a claim that has been taken over by another host finds its token gone and writes nothing.
/// </summary>
internal sealed class DurableStore(NpgsqlDataSource source, LocalFunctionsOptions options)
{
    /// <summary>Raised in this process when there may be work, so that it need not be polled for.</summary>
    public event Action? WorkAdded;

    public async Task<bool> StartAsync(string id, string name, string? input, DateTimeOffset? at, CancellationToken ct)
    {
        await ExecuteAsync(
            """
            with old as (
                delete from runtime.instances where id = $1 and status in ('Completed', 'Failed', 'Terminated') returning execution_id
            )
            delete from runtime.history where execution_id in (select execution_id from old)
            """,
            ct,
            id
        );
        var started = await ExecuteAsync("""
            insert into runtime.instances (id, name, execution_id, input, wake_at) values ($1, $2, $3, $4, coalesce($5, clock_timestamp()))
            on conflict (id) do nothing
            """, ct, id, name, Guid.CreateVersion7(), Json(input), Instant(at)) == 1;
        WorkAdded?.Invoke();
        return started;
    }

    public Task<OrchestrationMetadata?> GetAsync(string id, bool payloads, CancellationToken ct) =>
        OneAsync(
            """
            select name, status, created_at, last_updated_at, custom_status, failure,
                case when $2 then input end, case when $2 then output end
            from runtime.instances where id = $1
            """,
            r => new OrchestrationMetadata(r.GetString(0), id)
            {
                RuntimeStatus = Enum.Parse<OrchestrationRuntimeStatus>(r.GetString(1)),
                CreatedAt = r.GetFieldValue<DateTimeOffset>(2),
                LastUpdatedAt = r.GetFieldValue<DateTimeOffset>(3),
                SerializedCustomStatus = Text(r, 4),
                FailureDetails = Text(r, 5) is { } failure
                    ? JsonSerializer.Deserialize<TaskFailureDetails>(failure, DurableJson.Options)
                    : null,
                SerializedInput = Text(r, 6),
                SerializedOutput = Text(r, 7),
            },
            ct,
            id,
            payloads
        );

    public async Task RaiseEventAsync(string id, string name, string? payload, CancellationToken ct)
    {
        await ExecuteAsync(
            """
            with woken as (
                update runtime.instances
                set wake_at = case status when 'Pending' then wake_at else least(coalesce(wake_at, 'infinity'), clock_timestamp()) end
                where id = $1 and status in ('Pending', 'Running') returning id, execution_id
            )
            insert into runtime.inbox (instance_id, execution_id, kind, name, payload)
            select id, execution_id, 'EventRaised', $2, $3 from woken
            """,
            ct,
            id,
            name,
            Json(payload)
        );
        WorkAdded?.Invoke();
    }

    public Task<int> TerminateAsync(string id, string? output, CancellationToken ct) =>
        ExecuteAsync(
            """
            with ended as (
                update runtime.instances
                set status = 'Terminated', output = $2, wake_at = null, lease_owner = null, last_updated_at = clock_timestamp()
                where id = $1 and status in ('Pending', 'Running') returning id
            ), inbox as (
                delete from runtime.inbox where instance_id in (select id from ended)
            )
            delete from runtime.activities where instance_id in (select id from ended)
            """,
            ct,
            id,
            Json(output)
        );

    public async Task<int> PurgeAsync(string id, CancellationToken ct) => (int)(await OneAsync<object>("""
        with gone as (
            delete from runtime.instances where id = $1 and status in ('Completed', 'Failed', 'Terminated') returning execution_id
        ), history as (
            delete from runtime.history where execution_id in (select execution_id from gone)
        )
        select count(*)::int from gone
        """, r => r.GetInt32(0), ct, id))!;

    public Task<InstanceRow?> ClaimTurnAsync(CancellationToken ct) =>
        OneAsync(
            """
            update runtime.instances set lease_owner = $1, lease_until = clock_timestamp() + $2
            where id = (
                select id from runtime.instances
                where wake_at <= clock_timestamp() and (lease_owner is null or lease_until < clock_timestamp())
                order by wake_at limit 1 for update skip locked
            )
            returning id, name, execution_id, input, lease_owner
            """,
            r => new InstanceRow(r.GetString(0), r.GetString(1), r.GetGuid(2), Text(r, 3), r.GetGuid(4)),
            ct,
            Guid.NewGuid(),
            options.DurableLease
        );

    public Task<ActivityRow?> ClaimActivityAsync(CancellationToken ct) =>
        OneAsync(
            """
            update runtime.activities set lease_owner = $1, lease_until = clock_timestamp() + $2
            where (execution_id, task_id) = (
                select execution_id, task_id from runtime.activities
                where due_at <= clock_timestamp() and (lease_owner is null or lease_until < clock_timestamp())
                order by due_at limit 1 for update skip locked
            )
            returning execution_id, task_id, instance_id, name, input, lease_owner
            """,
            r => new ActivityRow(r.GetGuid(0), r.GetInt32(1), r.GetString(2), r.GetString(3), Text(r, 4), r.GetGuid(5)),
            ct,
            Guid.NewGuid(),
            options.DurableLease
        );

    public Task<List<HistoryEvent>> HistoryAsync(Guid executionId, CancellationToken ct) =>
        ListAsync(
            "select kind, task_id, name, payload, at from runtime.history where execution_id = $1 order by seq",
            r => new HistoryEvent(
                r.GetString(0),
                r.IsDBNull(1) ? null : r.GetInt32(1),
                Text(r, 2),
                Text(r, 3),
                r.GetFieldValue<DateTimeOffset>(4)
            ),
            ct,
            executionId
        );

    public Task<List<InboxRow>> InboxAsync(string instanceId, CancellationToken ct) =>
        ListAsync(
            """
            select id, kind, task_id, name, payload, visible_at from runtime.inbox
            where instance_id = $1 and visible_at <= clock_timestamp() order by visible_at, id limit 1000
            """,
            r => new InboxRow(
                r.GetInt64(0),
                new HistoryEvent(
                    r.GetString(1),
                    r.IsDBNull(2) ? null : r.GetInt32(2),
                    Text(r, 3),
                    Text(r, 4),
                    r.GetFieldValue<DateTimeOffset>(5)
                )
            ),
            ct,
            instanceId
        );

    /// <summary>Everything a turn did, or nothing: false when the lease had been lost.</summary>
    public async Task<bool> CommitTurnAsync(
        InstanceRow instance,
        int recorded,
        IReadOnlyList<HistoryEvent> turn,
        IReadOnlyList<InboxRow> consumed,
        Replay.Outcome outcome,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (
            var locked = Command(
                "select 1 from runtime.instances where id = $1 and execution_id = $2 and lease_owner = $3 for update",
                instance.Id,
                instance.ExecutionId,
                instance.Lease
            )
        )
        {
            locked.Connection = connection;
            if (await locked.ExecuteScalarAsync(ct) is null) return false;
        }
        await using var batch = new NpgsqlBatch(connection);
        void Add(string sql, params object?[] args)
        {
            var command = new NpgsqlBatchCommand(sql);
            Fill(command.Parameters, args);
            batch.BatchCommands.Add(command);
        }

        var events = turn.Concat(outcome.Actions).ToList();
        Add(
            """
            insert into runtime.history (execution_id, seq, kind, task_id, name, payload, at)
            select $1, * from unnest($2::int[], $3::text[], $4::int[], $5::text[], $6::text[]::json[], $7::timestamptz[])
            """,
            instance.ExecutionId,
            Enumerable.Range(recorded, events.Count).ToArray(),
            events.Select(e => e.Kind).ToArray(),
            events.Select(e => e.TaskId).ToArray(),
            events.Select(e => e.Name).ToArray(),
            events.Select(e => e.Payload).ToArray(),
            events.Select(e => e.At.UtcDateTime).ToArray()
        );
        if (outcome.Ended)
        {
            Add("delete from runtime.inbox where instance_id = $1", instance.Id);
            Add("delete from runtime.activities where instance_id = $1", instance.Id);
        }
        else
        {
            if (consumed.Count > 0) Add("delete from runtime.inbox where id = any($1)", consumed.Select(c => c.Id).ToArray());
            AddActions(Add, instance, outcome);
        }
        Add(
            """
            update runtime.instances
            set status = $2, output = $3, failure = $4, custom_status = coalesce($5, custom_status), last_updated_at = clock_timestamp(),
                lease_owner = null, lease_until = null, wake_at = (select min(visible_at) from runtime.inbox where instance_id = $1)
            where id = $1
            """,
            instance.Id,
            outcome.Failure is not null ? "Failed"
                : outcome.Ended ? "Completed"
                : "Running",
            Json(outcome.Output),
            Json(DurableJson.Write(outcome.Failure)),
            Json(outcome.CustomStatus)
        );
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        WorkAdded?.Invoke();
        return true;
    }

    private static void AddActions(Action<string, object?[]> add, InstanceRow instance, Replay.Outcome outcome)
    {
        var tasks = outcome.Actions.Where(a => a.Kind == HistoryEvent.TaskScheduled).ToList();
        if (tasks.Count > 0)
            add(
                """
                insert into runtime.activities (execution_id, instance_id, task_id, name, input)
                select $1, $2, * from unnest($3::int[], $4::text[], $5::text[]::json[])
                """,
                [
                    instance.ExecutionId,
                    instance.Id,
                    tasks.Select(t => t.TaskId!.Value).ToArray(),
                    tasks.Select(t => t.Name).ToArray(),
                    tasks.Select(t => outcome.Inputs[t.TaskId!.Value]).ToArray(),
                ]
            );
        var timers = outcome.Actions.Where(a => a.Kind == HistoryEvent.TimerCreated).ToList();
        if (timers.Count > 0)
            add(
                """
                insert into runtime.inbox (instance_id, execution_id, kind, task_id, visible_at)
                select $1, $2, 'TimerFired', * from unnest($3::int[], $4::timestamptz[])
                """,
                [
                    instance.Id,
                    instance.ExecutionId,
                    timers.Select(t => t.TaskId!.Value).ToArray(),
                    timers.Select(t => t.At.UtcDateTime).ToArray(),
                ]
            );
    }

    /// <summary>
    /// The result reaches the instance if, and only if, this claim still holds the activity. Its row is locked first, as whoever ends the
    /// instance does: no deadlock.
    /// </summary>
    public async Task CompleteActivityAsync(ActivityRow activity, string kind, string? payload, CancellationToken ct)
    {
        await ExecuteAsync(
            """
            with locked as (
                select id from runtime.instances where id = $6 and execution_id = $1 for update
            ), done as (
                delete from runtime.activities
                where execution_id = $1 and task_id = $2 and lease_owner = $3 and exists (select from locked) returning instance_id
            ), woken as (
                update runtime.instances set wake_at = least(coalesce(wake_at, 'infinity'), clock_timestamp())
                where id = (select instance_id from done) returning id
            )
            insert into runtime.inbox (instance_id, execution_id, kind, task_id, payload) select id, $1, $4, $2, $5 from woken
            """,
            ct,
            activity.ExecutionId,
            activity.TaskId,
            activity.Lease,
            kind,
            Json(payload),
            activity.InstanceId
        );
        WorkAdded?.Invoke();
    }

    /// <summary>Extends these leases; returns those that are still held.</summary>
    public Task<List<Guid>> RenewAsync(IReadOnlyCollection<Guid> leases, CancellationToken ct) =>
        ListAsync(
            """
            with activities as (
                update runtime.activities set lease_until = clock_timestamp() + $2 where lease_owner = any($1) returning lease_owner
            ), turns as (
                update runtime.instances set lease_until = clock_timestamp() + $2
                where wake_at is not null and lease_owner = any($1) returning lease_owner
            )
            select lease_owner from activities union all select lease_owner from turns
            """,
            r => r.GetGuid(0),
            ct,
            leases.ToArray(),
            options.DurableLease
        );

    /// <summary>Releases work at stop, so that another host continues it at once.</summary>
    public Task ReleaseAsync(IReadOnlyCollection<Guid> leases, CancellationToken ct) =>
        ExecuteAsync("""
            with activities as (update runtime.activities set lease_owner = null, lease_until = null where lease_owner = any($1))
            update runtime.instances set lease_owner = null, lease_until = null where wake_at is not null and lease_owner = any($1)
            """, ct, leases.ToArray());

    private async Task<int> ExecuteAsync(string sql, CancellationToken ct, params object?[] args)
    {
        await using var command = Command(sql, args);
        await using var connection = command.Connection = await source.OpenConnectionAsync(ct);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<T?> OneAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken ct, params object?[] args) =>
        (await ListAsync(sql, map, ct, args)).FirstOrDefault();

    private async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken ct, params object?[] args)
    {
        await using var command = Command(sql, args);
        await using var connection = command.Connection = await source.OpenConnectionAsync(ct);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(map(reader));
        return rows;
    }

    private static NpgsqlCommand Command(string sql, params object?[] args)
    {
        var command = new NpgsqlCommand(sql);
        Fill(command.Parameters, args);
        return command;
    }

    private static void Fill(NpgsqlParameterCollection parameters, object?[] args)
    {
        foreach (var arg in args) parameters.Add(arg as NpgsqlParameter ?? new NpgsqlParameter { Value = arg ?? DBNull.Value });
    }

    private static NpgsqlParameter Json(string? json) => new() { Value = (object?)json ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Json };
    private static NpgsqlParameter Instant(DateTimeOffset? at) =>
        new() { Value = (object?)at?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
