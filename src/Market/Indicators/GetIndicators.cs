using System.ComponentModel;
using System.Globalization;
using AgentInvest.Core;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;
using AgentInvest.Market.History;

namespace AgentInvest.Market.Indicators;

/// <summary>
/// GET /market/stocks/{symbol}/indicators: over exactly the bars that /history answers for the same query, so that both can be laid side by
/// side.
/// </summary>
[Singleton]
public sealed class GetIndicators(GetHistory history)
{
    internal const string NamesDescription =
        "Indicators, parameters separated by colons, e.g. `sma:20,rsi,macd:12:26:9,zigzag:close:5`; GET /market/indicators lists them.";

    public sealed record Query(
        [Description(NamesDescription), Example("sma:20,rsi:14")] string[] Names,
        GetHistory.Query Bars,
        [Description("The symbol that beta, corr and prs compare with.")] string? Benchmark = null
    );

    public async Task<IndicatorAnswer> HandleAsync(string symbol, Query query, CancellationToken ct)
    {
        var requested = IndicatorNames.Parse(query.Names);
        var answer = await history.HandleAsync(symbol, query.Bars, ct);
        var bars = answer.Bars.Select(ToOhlcv).ToArray();
        return IndicatorAnswer.Of(
            answer.Symbol,
            requested,
            bars,
            await PairAsync(bars, requested, query, ct),
            answer.Bars.Select(b => b.T).ToArray()
        );
    }

    /// <summary>The bars beside the benchmark's closes, where one of the indicators compares.</summary>
    private async Task<Ohlcv[]?> PairAsync(Ohlcv[] bars, List<RequestedIndicator> requested, Query query, CancellationToken ct)
    {
        if (!requested.Any(r => r.Indicator.NeedsOther)) return null;
        var benchmark = Symbols.Parse(
            query.Benchmark ?? throw Problems.Validation("benchmark", "is required by beta, corr and prs: a symbol to compare with"),
            "benchmark"
        );
        var answer = await history.HandleAsync(benchmark, query.Bars, ct);
        return ComputeIndicators.Join(bars, answer.Bars.Select(ToOhlcv).ToArray());
    }

    internal static Ohlcv ToOhlcv(GetHistory.Bar bar) =>
        new(
            DateTime.Parse(bar.T, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            (double)bar.O,
            (double)bar.H,
            (double)bar.L,
            (double)bar.C,
            (double)bar.V
        );
}
