using System.Globalization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;
using AgentInvest.Market.History;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Market.Indicators;

/// <summary>
/// GET /market/stocks/{symbol}/indicators: over exactly the bars that /history answers for the same query, so that both can be laid side by
/// side.
/// </summary>
public sealed class GetIndicators
{
    private readonly GetHistory _history;

    internal GetIndicators(GetHistory history) => _history = history;

    public async Task<IndicatorAnswer> HandleAsync(string symbol, HttpRequest request, CancellationToken ct)
    {
        var requested = IndicatorNames.Parse(Names(request));
        var history = await _history.HandleAsync(symbol, request, ct);
        var bars = history.Bars.Select(Read).ToArray();
        return IndicatorAnswer.Of(
            history.Symbol,
            requested,
            bars,
            await PairedAsync(bars, requested, request, ct),
            history.Bars.Select(b => b.T).ToArray()
        );
    }

    /// <summary><c>?names=sma:20,rsi</c>.</summary>
    internal static string[] Names(HttpRequest request) =>
        (Query.Text(request, "names") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The bars beside the benchmark's closes, where one of the indicators compares.</summary>
    private async Task<Ohlcv[]?> PairedAsync(
        Ohlcv[] bars,
        IReadOnlyList<RequestedIndicator> requested,
        HttpRequest request,
        CancellationToken ct
    )
    {
        if (!requested.Any(r => r.Indicator.NeedsOther)) return null;
        var other =
            Query.Text(request, "benchmark")
            ?? throw Problems.Validation("benchmark", "is required by beta, corr and prs: a symbol to compare with");
        return ComputeIndicators.Join(
            bars,
            (await _history.HandleAsync(Symbols.Parse(other, "benchmark"), request, ct)).Bars.Select(Read).ToArray()
        );
    }

    internal static Ohlcv Read(GetHistory.BarItem bar) =>
        new(
            DateTime.Parse(bar.T, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            (double)bar.O,
            (double)bar.H,
            (double)bar.L,
            (double)bar.C,
            (double)bar.V
        );
}
