using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Performance;
using AgentInvest.Market;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Performance;

/// <summary>A benchmark's total return in the book's base currency, and what the book's own flows would have made of it.</summary>
[Singleton]
public sealed class BenchmarkComparison(UserMarket market, MarketData feed, TimeProvider time)
{
    internal async Task<BenchmarkResult> CompareAsync(
        PortfolioRow portfolio,
        string symbol,
        PerformanceResult range,
        CancellationToken ct
    ) =>
        Benchmark.OnFlowsOf(range, await IndexAsync(portfolio, symbol, range.From, range.To, ct));

    /// <summary>Its total return index in the book's base currency; empty where its price or rate is not known.</summary>
    internal async Task<PriceHistory> IndexAsync(
        PortfolioRow portfolio,
        string symbol,
        DateOnly from,
        DateOnly to,
        CancellationToken ct
    )
    {
        var prices =
            to == Instants.DayOf(time.GetUtcNow())
                ? await market.PricesUntilNowAsync(portfolio.UserId, [symbol], from, to, ct)
                : await market.ClosesAsync(portfolio.UserId, [symbol], from, to, ct);
        if (
            !prices.TryGetValue(symbol, out var closes)
            || await market.RatesAsync(portfolio.UserId, closes.Currency, portfolio.BaseCurrency, closes.Days[0], to, ct) is not { } rates
        )
            return new PriceHistory([], []);
        // What it pays is put back into it on the day it is due; a split is more of it.
        var actions = AssetSymbols.IsOwn(symbol) ? [] : await feed.ActionsAsync([symbol], closes.Days[0].AddDays(1), to, ct);
        var (shares, next) = (1m, 0);
        var index = new decimal[closes.Days.Length];
        for (var i = 0; i < index.Length; i++)
        {
            for (; next < actions.Count && actions[next].EffectiveOn <= closes.Days[i]; next++)
                if (actions[next].Kind == CorporateActionKind.Split) shares *= actions[next].Value;
                else if (closes.Prices[i] > 0) shares *= 1 + actions[next].Value / closes.Prices[i];
            index[i] = shares * closes.Prices[i] * rates.At(closes.Days[i]);
        }
        return new PriceHistory(closes.Days, index);
    }
}
