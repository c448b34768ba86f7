using AgentInvest.Functions.Runtime.Durable;
using Npgsql;

namespace AgentInvest.Functions.Runtime.Tests.Durable;

/// <summary>Claims, leases and ends, with the worker's steps taken by hand: its host is never started.</summary>
public sealed class DurableStoreTests(MigratedDatabase database) : IClassFixture<MigratedDatabase>, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly RuntimeHost _host = new(database.ConnectionString, [typeof(WorkerFunctions)], lease: TimeSpan.FromMilliseconds(300));

    private DurableStore Store => _host.Store;

    public Task InitializeAsync() => _host.ExecuteAsync("delete from runtime.instances; delete from runtime.history");

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_turn_whose_lease_was_lost_writes_nothing()
    {
        await Store.StartAsync("a", "Sample", null, null, None);
        var first = (await Store.ClaimTurnAsync(None))!;
        Assert.Null(await Store.ClaimTurnAsync(None));
        InstanceRow? second = null;
        await RuntimeHost.EventuallyAsync(async () => (second = await Store.ClaimTurnAsync(None)) is not null);
        Assert.False(await CommitAsync(first, "Overtaken"));
        Assert.Empty(await Store.HistoryAsync(first.ExecutionId, None));
        Assert.Null(await Store.ClaimActivityAsync(None));
        Assert.True(await CommitAsync(second!, "Work"));
        Assert.Equal("Work", (await Store.ClaimActivityAsync(None))!.Name);
    }

    [Fact]
    public async Task A_renewed_lease_keeps_a_turn_that_is_longer_than_it()
    {
        await Store.StartAsync("long", "Sample", null, null, None);
        var turn = (await Store.ClaimTurnAsync(None))!;
        var claimed = System.Diagnostics.Stopwatch.StartNew();
        while (claimed.Elapsed < TimeSpan.FromMilliseconds(900))
        {
            Assert.Equal([turn.Lease], await Store.RenewAsync([turn.Lease], None));
            Assert.Null(await Store.ClaimTurnAsync(None));
        }
        await Store.ReleaseAsync([turn.Lease], None);
        Assert.Equal(turn.Id, (await Store.ClaimTurnAsync(None))!.Id);
        Assert.Empty(await Store.RenewAsync([turn.Lease], None));
    }

    [Fact]
    public async Task Of_two_workers_on_one_activity_only_the_later_claim_counts()
    {
        var (instance, late) = await StartedAsync("b");
        Assert.Equal([late.Lease], await Store.RenewAsync([late.Lease], None));
        ActivityRow? taken = null;
        await RuntimeHost.EventuallyAsync(async () => (taken = await Store.ClaimActivityAsync(None)) is not null);
        Assert.Empty(await Store.RenewAsync([late.Lease], None));
        await Store.CompleteActivityAsync(late, HistoryEvent.TaskCompleted, "\"late\"", None);
        Assert.Empty(await Store.InboxAsync(instance.Id, None));
        await Store.CompleteActivityAsync(taken!, HistoryEvent.TaskCompleted, "\"taken\"", None);
        await Store.CompleteActivityAsync(taken!, HistoryEvent.TaskCompleted, "\"again\"", None);
        Assert.Equal("\"taken\"", Assert.Single(await Store.InboxAsync(instance.Id, None)).Event.Payload);
    }

    [Fact]
    public async Task A_terminated_instance_accepts_nothing_more()
    {
        var (instance, activity) = await StartedAsync("c");
        await Store.RaiseEventAsync("c", "e", "1", None);
        var turn = (await Store.ClaimTurnAsync(None))!;
        Assert.Equal(1, await _host.OneAsync<long>("select count(*) from runtime.inbox"));
        await Store.TerminateAsync("c", "\"stopped\"", None);
        Assert.False(await CommitAsync(turn, "More"));
        await Store.CompleteActivityAsync(activity, HistoryEvent.TaskCompleted, null, None);
        await Store.RaiseEventAsync("c", "e", "2", None);
        Assert.Equal(
            0,
            await _host.OneAsync<long>("select (select count(*) from runtime.inbox) + (select count(*) from runtime.activities)")
        );
        var ended = (await Store.GetAsync("c", true, None))!;
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"stopped\""), (ended.RuntimeStatus, ended.SerializedOutput));
        Assert.Null(await Store.ClaimTurnAsync(None));
        // What it did is kept until it is purged.
        Assert.NotEmpty(await Store.HistoryAsync(instance.ExecutionId, None));
        Assert.Equal(1, await Store.PurgeAsync("c", None));
        Assert.Empty(await Store.HistoryAsync(instance.ExecutionId, None));
        Assert.Null(await Store.GetAsync("c", false, None));
    }

    [Fact]
    public async Task A_late_result_of_an_earlier_execution_does_not_reach_the_new_one_of_its_id()
    {
        var (old, straggler) = await StartedAsync("d");
        Assert.False(await Store.StartAsync("d", "Sample", null, null, None));
        Assert.Equal(0, await Store.PurgeAsync("d", None));
        await Store.TerminateAsync("d", null, None);
        Assert.True(await Store.StartAsync("d", "Sample", "2", null, None));
        Assert.Empty(await Store.HistoryAsync(old.ExecutionId, None));
        await Store.CompleteActivityAsync(straggler, HistoryEvent.TaskCompleted, null, None);
        Assert.Empty(await Store.InboxAsync("d", None));
        var anew = (await Store.ClaimTurnAsync(None))!;
        Assert.Equal(("2", false), (anew.Input, anew.ExecutionId == old.ExecutionId));
    }

    [Fact]
    public async Task A_result_and_the_end_of_its_instance_do_not_block_each_other()
    {
        var (_, activity) = await StartedAsync("e");
        await using var connection = await _host.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "update runtime.instances set status = 'Terminated' where id = 'e'");
        var completing = Store.CompleteActivityAsync(activity, HistoryEvent.TaskCompleted, null, None);
        await RuntimeHost.EventuallyAsync(() =>
            _host.OneAsync<bool>(
                "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
            )
        );
        // With its row locked by the other this would be a deadlock.
        await ExecuteAsync(connection, "delete from runtime.activities where instance_id = 'e'");
        await transaction.CommitAsync();
        await completing;
        Assert.Equal(0, await _host.OneAsync<long>("select count(*) from runtime.inbox"));
    }

    [Fact]
    public async Task An_event_does_not_start_an_instance_before_its_time()
    {
        await Store.StartAsync("f", "Sample", null, DateTimeOffset.UtcNow.AddHours(1), None);
        await Store.RaiseEventAsync("f", "early", "1", None);
        Assert.Null(await Store.ClaimTurnAsync(None));
        await _host.ExecuteAsync("update runtime.instances set wake_at = clock_timestamp()");
        Assert.Equal("early", Assert.Single(await Store.InboxAsync((await Store.ClaimTurnAsync(None))!.Id, None)).Event.Name);
    }

    private async Task<(InstanceRow Instance, ActivityRow Activity)> StartedAsync(string id)
    {
        await Store.StartAsync(id, "Sample", null, null, None);
        var instance = (await Store.ClaimTurnAsync(None))!;
        Assert.True(await CommitAsync(instance, "Work"));
        return (instance, (await Store.ClaimActivityAsync(None))!);
    }

    private Task<bool> CommitAsync(InstanceRow instance, string activity)
    {
        HistoryEvent started = new(HistoryEvent.TurnStarted, null, null, null, DateTimeOffset.UtcNow);
        HistoryEvent scheduled = new(HistoryEvent.TaskScheduled, 0, activity, null, DateTimeOffset.UtcNow);
        return Store.CommitTurnAsync(
            instance,
            0,
            [started],
            [],
            new Replay.Outcome([scheduled], new Dictionary<int, string?> { [0] = null }, false, null, null, null),
            None
        );
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
