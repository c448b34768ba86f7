using AgentInvest.Market.Backfill;

namespace AgentInvest.Functions.Market;

/// <summary>
/// Keeps the stored history complete. A timer of seconds, so that a new deployment catches up soon; it finds nothing to do unless a new day
/// or another source has made something stale, however many instances start.
/// </summary>
public sealed class BackfillFunctions(BackfillHistory backfill)
{
    /// <summary>One at a time: a backfill that is still running does a second one's work as well.</summary>
    private const string InstanceId = "backfill-history";

    private const int BatchSize = 10;

    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(5, TimeSpan.FromSeconds(2), 2.0, TimeSpan.FromMinutes(1))
    );

    public sealed record Progress(int Loaded, int Of);

    [Function(nameof(StartBackfill))]
    public async Task StartBackfill(
        [TimerTrigger("*/5 * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        if (!await backfill.IsDueAsync(ct) || await client.GetInstanceAsync(InstanceId, false, ct) is { IsCompleted: false }) return;
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(Backfill), null, new StartOrchestrationOptions(InstanceId), ct);
    }

    [Function(nameof(Backfill))]
    public static async Task<int> Backfill([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var symbols = await context.CallActivityAsync<string[]>(nameof(ListStaleHistory), null, Retry);
        var bars = 0;
        var loaded = 0;
        // In batches, so that progress shows and the database serves others in between.
        foreach (var batch in symbols.Chunk(BatchSize))
        {
            bars += (await Task.WhenAll(batch.Select(s => context.CallActivityAsync<int>(nameof(LoadHistory), s, Retry)))).Sum();
            context.SetCustomStatus(new Progress(loaded += batch.Length, symbols.Length));
        }
        return bars;
    }

    [Function(nameof(ListStaleHistory))]
    public async Task<string[]> ListStaleHistory([ActivityTrigger] object? input, CancellationToken ct) =>
        [.. await backfill.FindStaleAsync(ct)];

    [Function(nameof(LoadHistory))]
    public Task<int> LoadHistory([ActivityTrigger] string symbol, CancellationToken ct) => backfill.LoadAsync(symbol, ct);
}
