using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Functions.Runtime.Durable;

/// <summary>
/// Runs the turns and activities that are due in the database, this host's own and those of a host that died. Signalled within the process
/// when work is added; polls twice a second for work of other hosts, for timers, and for expired leases.
/// </summary>
internal sealed partial class DurableWorker(
    DurableStore store,
    FunctionCatalogue catalogue,
    FunctionInvoker invoker,
    IServiceScopeFactory scopes,
    LocalFunctionsOptions options,
    TimeProvider time,
    ILogger<DurableWorker> log
) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var turns = Loop("turns", RunTurnAsync, Math.Max(1, options.DurableConcurrency / 2), stoppingToken);
        var activities = Loop("activities", RunActivityAsync, options.DurableConcurrency, stoppingToken);
        await Task.WhenAll(turns, activities, HeartbeatAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (!_running.IsEmpty) await store.ReleaseAsync(_running.Keys.ToArray(), cancellationToken);
        }
        catch (NpgsqlException e)
        {
            // The leases run out by themselves.
            Log.Unavailable(log, e.Message);
        }
    }

    /// <summary>Claims and runs, several at a time, until nothing is due; then waits until work is added or the next poll.</summary>
    private async Task Loop(string what, Func<CancellationToken, Task<Func<Task>?>> claim, int concurrency, CancellationToken ct)
    {
        using var slots = new SemaphoreSlim(concurrency);
        using var wake = new SemaphoreSlim(0, 1);
        void Wake()
        {
            // Checked first because an exception costs more than the rest of a booking.
            if (wake.CurrentCount > 0) return;
            try { wake.Release(); }
            catch (SemaphoreFullException) { /* another thread has released it */ }
            catch (ObjectDisposedException) { /* the loop has ended */ }
        }
        store.WorkAdded += Wake;
        try
        {
            while (!ct.IsCancellationRequested)
            {
                await slots.WaitAsync(ct);
                Func<Task>? run = null;
                try
                {
                    run = await claim(ct);
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException)
                {
                    Log.Unavailable(log, e.Message);
                }
                if (run is null)
                {
                    slots.Release();
                    await wake.WaitAsync(PollInterval, ct);
                    continue;
                }
                _ = RunAsync(what, run, slots, Wake);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Wait for what is running: its cancellation has been requested.
            for (var i = 0; i < concurrency; i++) await slots.WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
        }
        finally
        {
            store.WorkAdded -= Wake;
        }
    }

    private async Task RunAsync(string what, Func<Task> run, SemaphoreSlim slots, Action wake)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            Log.Unavailable(log, e.Message);
        }
        catch (Exception e)
        {
            Log.Failed(log, what, e);
        }
        finally
        {
            try
            {
                slots.Release();
                wake();
            }
            catch (ObjectDisposedException)
            {
                // The host has stopped waiting for this run.
            }
        }
    }

    private async Task<Func<Task>?> RunTurnAsync(CancellationToken ct) =>
        await store.ClaimTurnAsync(ct) is { } instance ? () => TurnAsync(instance, ct) : null;

    private async Task TurnAsync(InstanceRow instance, CancellationToken ct)
    {
        using var trace = RuntimeMetrics.Trace(instance.Name);
        // A turn is not interrupted: one whose lease was lost is dropped when it commits.
        using var lost = new CancellationTokenSource();
        _running[instance.Lease] = lost;
        try
        {
            await ReplayAsync(instance, ct);
        }
        finally
        {
            _running.TryRemove(instance.Lease, out _);
        }
    }

    private async Task ReplayAsync(InstanceRow instance, CancellationToken ct)
    {
        var begin = Stopwatch.GetTimestamp();
        var past = await store.HistoryAsync(instance.ExecutionId, ct);
        var arrived = await store.InboxAsync(instance.Id, ct);
        // To the microsecond, as PostgreSQL stores it, so that a replay sees the same time.
        var now = new DateTimeOffset(time.GetUtcNow().UtcTicks / 10 * 10, TimeSpan.Zero);
        HistoryEvent[] turn = [new(HistoryEvent.TurnStarted, null, null, null, now), .. arrived.Select(a => a.Event)];
        var outcome = Run(instance, past, turn);
        if (!await store.CommitTurnAsync(instance, past.Count, turn, arrived, outcome, ct)) Log.Overtaken(log, instance.Id);
        else if (outcome.Failure is { } failure)
            Log.OrchestrationFailed(log, instance.Name, instance.Id, failure.ErrorType, failure.ErrorMessage);
        if (outcome.Ended) RuntimeMetrics.Ran("orchestration", instance.Name, outcome.Failure is null ? "completed" : "failed", begin);
    }

    private Replay.Outcome Run(InstanceRow instance, IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> turn)
    {
        using var scope = scopes.CreateScope();
        var replay = new Replay(instance.Name, instance.Id, instance.ExecutionId, instance.Input);
        var function = catalogue.Find(instance.Name, TriggerKind.Orchestration);
        return replay.Run(
            context =>
                function is null
                    ? Task.FromException(new InvalidOperationException($"There is no orchestrator '{instance.Name}'."))
                    : (Task)
                        invoker.Call(
                            function,
                            scope.ServiceProvider,
                            p =>
                                p.ParameterType == typeof(FunctionContext)
                                    ? new FunctionContext(instance.Name, scope.ServiceProvider, CancellationToken.None)
                                    : context
                        )!,
            past,
            turn
        );
    }

    private async Task<Func<Task>?> RunActivityAsync(CancellationToken ct) =>
        await store.ClaimActivityAsync(ct) is { } activity ? () => ActivityAsync(activity, ct) : null;

    private async Task ActivityAsync(ActivityRow activity, CancellationToken ct)
    {
        using var trace = RuntimeMetrics.Trace(activity.Name);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _running[activity.Lease] = lost;
        var begin = Stopwatch.GetTimestamp();
        try
        {
            var result = await InvokeAsync(activity, lost.Token);
            await store.CompleteActivityAsync(activity, HistoryEvent.TaskCompleted, DurableJson.Write(result), CancellationToken.None);
            RuntimeMetrics.Ran("activity", activity.Name, "completed", begin);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // The host stops, or another has taken over: the activity runs again elsewhere.
            if (ct.IsCancellationRequested) await store.ReleaseAsync([activity.Lease], CancellationToken.None);
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true })
        {
            Log.ActivityFailed(log, activity.Name, activity.InstanceId, e);
            await store.CompleteActivityAsync(
                activity,
                HistoryEvent.TaskFailed,
                DurableJson.Write(TaskFailureDetails.Of(e)),
                CancellationToken.None
            );
            RuntimeMetrics.Ran("activity", activity.Name, "failed", begin);
        }
        finally
        {
            _running.TryRemove(activity.Lease, out _);
        }
    }

    private async Task<object?> InvokeAsync(ActivityRow activity, CancellationToken ct)
    {
        var function =
            catalogue.Find(activity.Name, TriggerKind.Activity)
            ?? throw new InvalidOperationException($"There is no activity '{activity.Name}'.");
        await using var scope = scopes.CreateAsyncScope();
        return await invoker.InvokeAsync(
            function,
            scope.ServiceProvider,
            p =>
                ReferenceEquals(p, function.TriggerParameter)
                    ? activity.Input is null
                        ? null
                        : JsonSerializer.Deserialize(activity.Input, p.ParameterType, DurableJson.Options)
                    : p.ParameterType == typeof(CancellationToken)
                        ? ct
                        : p.ParameterType == typeof(FunctionContext)
                            ? new FunctionContext(function.Name, scope.ServiceProvider, ct)
                            : scope.ServiceProvider.GetRequiredService(p.ParameterType),
            ct
        );
    }

    /// <summary>Renews the leases of what runs; cancels an activity whose lease was lost, because its result would not count.</summary>
    private async Task HeartbeatAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(options.DurableLease / 3, time, ct);
                var mine = _running.Keys.ToArray();
                if (mine.Length == 0) continue;
                var kept = await store.RenewAsync(mine, ct);
                foreach (var lease in mine.Except(kept))
                    if (_running.TryGetValue(lease, out var lost)) await lost.CancelAsync();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                // That activity has just ended.
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Log.Unavailable(log, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Durable work is waiting for the database: {Reason}")]
        public static partial void Unavailable(ILogger log, string reason);

        [LoggerMessage(LogLevel.Error, "Durable {What} failed")]
        public static partial void Failed(ILogger log, string what, Exception exception);

        [LoggerMessage(LogLevel.Information, "A turn of {InstanceId} was overtaken by another host and is dropped")]
        public static partial void Overtaken(ILogger log, string instanceId);

        [LoggerMessage(LogLevel.Warning, "Activity {Activity} of {InstanceId} failed")]
        public static partial void ActivityFailed(ILogger log, string activity, string instanceId, Exception exception);

        [LoggerMessage(LogLevel.Error, "Orchestration {Name} {InstanceId} failed: {Type}: {Message}")]
        public static partial void OrchestrationFailed(ILogger log, string name, string instanceId, string type, string message);
    }
}
