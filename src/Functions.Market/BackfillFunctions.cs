using AgentInvest.Market.Backfill;

namespace AgentInvest.Functions.Market;

/// <summary>Keeps the stored history complete: at start, then every hour whatever a new day or another source has made stale.</summary>
public sealed class BackfillFunctions(BackfillHistory backfill)
{
    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(5, TimeSpan.FromSeconds(2), 2.0, TimeSpan.FromMinutes(1))
    );

    public sealed record Progress(int Loaded, int Of);

    [Function("StartBackfill")]
    public async Task Start(
        [TimerTrigger("0 5 * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        if ((await backfill.StaleAsync(ct)).Count == 0) return;
        // One at a time: an hour's backfill that is still running does this one's work as well.
        const string Id = "backfill-history";
        if (await client.GetInstanceAsync(Id, false, ct) is not { IsCompleted: false })
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(BackfillHistory), null, new StartOrchestrationOptions(Id), ct);
    }

    [Function(nameof(BackfillHistory))]
    public static async Task<int> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var symbols = await context.CallActivityAsync<string[]>("ListStaleHistory", null, Retry);
        var bars = 0;
        var loaded = 0;
        // In batches, so that progress shows and the database serves others in between.
        foreach (var batch in symbols.Chunk(10))
        {
            bars += (await Task.WhenAll(batch.Select(s => context.CallActivityAsync<int>("LoadHistory", s, Retry)))).Sum();
            context.SetCustomStatus(new Progress(loaded += batch.Length, symbols.Length));
        }
        return bars;
    }

    [Function("ListStaleHistory")]
    public async Task<string[]> ListStale([ActivityTrigger] object? input, CancellationToken ct) => [.. await backfill.StaleAsync(ct)];

    [Function("LoadHistory")]
    public Task<int> Load([ActivityTrigger] string symbol, CancellationToken ct) => backfill.LoadAsync(symbol, ct);
}
