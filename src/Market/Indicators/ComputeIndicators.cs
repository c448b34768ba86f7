using AgentInvest.Core;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;
using AgentInvest.Market.History;

namespace AgentInvest.Market.Indicators;

/// <summary>POST /market/indicators: the same computations on the caller's own bars.</summary>
[Singleton]
public sealed class ComputeIndicators
{
    /// <param name="Bars">Ascending in time, at most 10,000.</param>
    /// <param name="Names">Such as <c>sma:20</c> or <c>macd:12:26:9</c>.</param>
    /// <param name="Benchmark">The second series of beta, corr and prs; bars of the same times count.</param>
    [Example(
        """
        {"bars": [{"t": "2024-01-02", "o": 10, "h": 11, "l": 9.5, "c": 10.5, "v": 1000}, {"t": "2024-01-03", "o": 10.5, "h": 12,
        "l": 10, "c": 11.5, "v": 1200}, {"t": "2024-01-04", "o": 11.5, "h": 12.5, "l": 11, "c": 12, "v": 900}], "names":
        ["sma:2", "rsi:2"]}
        """
    )]
    public sealed record Request(
        IReadOnlyList<GetHistory.Bar> Bars,
        IReadOnlyList<string> Names,
        IReadOnlyList<GetHistory.Bar>? Benchmark = null
    );

    public IndicatorAnswer Handle(Request request)
    {
        var check = new Check();
        var bars = CallerBars.Read(request.Bars, "bars", check);
        var benchmark = request.Benchmark is null ? null : CallerBars.Read(request.Benchmark, "benchmark", check);
        check.ThrowIfAny();
        var requested = IndicatorNames.Parse(request.Names);
        if (requested.FindIndex(r => r.Indicator.NeedsOther) is var needs and >= 0 && benchmark is null)
            throw Problems.Validation("benchmark", $"is required by names[{needs}]: a second series of bars");
        return IndicatorAnswer.Of(
            null,
            requested,
            bars,
            benchmark is null ? null : Join(bars, benchmark),
            request.Bars.Select(b => b.T).ToArray()
        );
    }

    /// <summary>Gives each bar the close of the other series at the same time; a bar without one is left out of what compares.</summary>
    internal static Ohlcv[] Join(Ohlcv[] bars, Ohlcv[] benchmark)
    {
        var closes = benchmark.ToDictionary(b => b.T, b => b.Close);
        return Array.ConvertAll(bars, b => b with { Other = closes.GetValueOrDefault(b.T, double.NaN) });
    }
}
