using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.History;

/// <summary>Prices by symbol, then day; NaN before listing.</summary>
public sealed record PriceTable(IReadOnlyList<string> Symbols, DateOnly[] Days, double[][] Prices, string? Source);

/// <summary>Closes of the market, back-adjusted for splits and dividends: what an investor who reinvested would have seen.</summary>
[Singleton]
public sealed class AdjustedCloses(ProviderChain chain, DailyBars daily)
{
    /// <summary>
    /// The version of a symbol's source: together with a day it names what is known of its past. Null for an unknown symbol.
    /// </summary>
    public string? VersionOf(string symbol) => chain.Of(symbol)?.Version;

    /// <summary>
    /// The days up to <paramref name="to"/> on which every symbol listed by then has a price: the latest <paramref name="maxDays"/> of
    /// them.
    /// </summary>
    /// <exception cref="ProblemException">404 or 400 naming <paramref name="field"/>.</exception>
    public async Task<PriceTable> LoadAsync(
        IReadOnlyList<string> symbols,
        string field,
        int maxDays,
        DateOnly to,
        CancellationToken ct
    )
    {
        var providers = symbols
            .Select(symbol => chain.Of(symbol) ?? throw MarketProblems.UnknownSymbol(field, symbol))
            .ToArray();
        var series = new Dictionary<DateOnly, double>[symbols.Count];
        for (var i = 0; i < series.Length; i++)
        {
            var bars = await daily.OfAsync(providers[i], symbols[i], adjusted: true, ct);
            series[i] = bars.Where(b => b.Day <= to).ToDictionary(b => b.Day, b => (double)b.C);
            if (series[i].Count == 0) throw Problems.Validation(field, $"{symbols[i]} has no prices");
        }
        var first = series.Select(s => s.Keys.Min()).ToArray();
        var days = series
            .SelectMany(s => s.Keys)
            .Distinct()
            .Order()
            .Where(d => Enumerable.Range(0, series.Length).All(k => first[k] > d || series[k].ContainsKey(d)))
            .TakeLast(maxDays)
            .ToArray();
        return new PriceTable(
            symbols,
            days,
            series.Select(s => days.Select(d => s.GetValueOrDefault(d, double.NaN)).ToArray()).ToArray(),
            string.Join(",", providers.Select(p => p.Source).Distinct())
        );
    }
}
