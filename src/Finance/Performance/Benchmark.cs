namespace AgentInvest.Finance.Performance;

/// <summary>
/// What a range's flows would have made of a benchmark. Ratios are fractions; null with a reason where it is not defined.
/// </summary>
/// <param name="Twr">The benchmark's own, from the close of the range's first day.</param>
/// <param name="End">What the flows would be worth at the end of the range.</param>
/// <param name="Gain">That, less what was there at the start and net flows since.</param>
public sealed record BenchmarkResult(decimal? Twr, decimal? End, decimal? Gain, decimal? Xirr, string? Unavailable);

/// <summary>
/// The same money at the same times in a benchmark: what the book was worth at the start buys it, what came in buys at the close before its
/// day, what went out sells at the close of its day, as the time-weighted return counts them (the idea is Long and Nickels' public market
/// equivalent).
/// </summary>
public static class Benchmark
{
    /// <param name="index">The benchmark's total return in base currency: its price with what it pays put back into it.</param>
    public static BenchmarkResult OnFlowsOf(PerformanceResult range, PriceHistory index)
    {
        if (index.On(range.From) is not { } first || index.Prices.Any(p => p <= 0) || index.On(range.To) is not { } last)
            return new BenchmarkResult(null, null, null, null, "The benchmark has no price at the start of the range.");
        var units = range.Start / first;
        var flows = new List<Flow> { new(range.From, -(double)range.Start) };
        var net = 0m;
        foreach (var flow in range.Flows)
        {
            units += flow.In / index.On(flow.Day.AddDays(-1))!.Value - flow.Out / index.On(flow.Day)!.Value;
            net += flow.In - flow.Out;
            flows.Add(new Flow(flow.Day, (double)(flow.Out - flow.In)));
        }
        var twr = last / first - 1;
        if (units < 0) return new BenchmarkResult(twr, null, null, null, "More was taken out than the benchmark would have been worth.");
        var end = units * last;
        var rate = Xirr.Solve([.. flows, new Flow(range.To, (double)end)]);
        return new BenchmarkResult(twr, end, end - range.Start - net, rate is { } r && Math.Abs(r) < 1e15 ? (decimal)r : null, null);
    }
}
