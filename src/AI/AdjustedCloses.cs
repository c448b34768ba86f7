using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Bars;
using AgentInvest.Market;

namespace AgentInvest.AI;

/// <summary>Prices by symbol, then day; NaN before listing.</summary>
internal sealed record PriceTable(IReadOnlyList<string> Symbols, DateOnly[] Days, double[][] Prices, string? Source);

/// <summary>Closes of the market, back-adjusted for splits and dividends: what an investor who reinvested would have seen.</summary>
internal sealed class AdjustedCloses(MarketData market)
{
    /// <summary>Before any market on record.</summary>
    private static readonly DateOnly Beginning = new(1900, 1, 1);

    /// <summary>The days on which every symbol listed by then has a price: the latest <paramref name="most"/> of them.</summary>
    public async Task<PriceTable> LoadAsync(IReadOnlyList<string> symbols, string field, int most, DateOnly today, CancellationToken ct)
    {
        var closes = await market.ClosesAsync(symbols, Beginning, today, ct);
        if (symbols.FirstOrDefault(s => !closes.ContainsKey(s)) is { } unknown) throw AIProblems.UnknownSymbol(field, unknown);
        var actions = (await market.ActionsAsync(symbols, Beginning, today, ct)).ToLookup(a => a.Symbol);
        var series = symbols.Select(s => Adjust(closes[s], actions[s])).ToArray();
        if (Array.FindIndex(series, s => s.Count == 0) is >= 0 and var i) throw Problems.Validation(field, $"{symbols[i]} has no prices");
        var first = series.Select(s => s.Keys.Min()).ToArray();
        var days = series
            .SelectMany(s => s.Keys)
            .Distinct()
            .Order()
            .Where(d => Enumerable.Range(0, series.Length).All(k => first[k] > d || series[k].ContainsKey(d)))
            .TakeLast(most)
            .ToArray();
        return new PriceTable(
            symbols,
            days,
            series.Select(s => days.Select(d => s.GetValueOrDefault(d, double.NaN)).ToArray()).ToArray(),
            string.Join(",", symbols.Select(s => closes[s].Source).Distinct())
        );
    }

    private static Dictionary<DateOnly, double> Adjust(DailyCloses closes, IEnumerable<CorporateAction> actions)
    {
        var bars = closes.Days.Zip(closes.Prices, (d, p) => new Bar(Instants.StartOf(d), p, p, p, p, 0)).ToList();
        return BarMath
            .Adjust(bars, actions.Select(a => new Adjustment(a.LastDateBefore, a.Kind == CorporateActionKind.Split, a.Value)))
            .ToDictionary(b => b.Day, b => (double)b.C);
    }
}
