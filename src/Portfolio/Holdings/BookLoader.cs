using AgentInvest.Core;
using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Performance;
using AgentInvest.Market;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>Reads books and the prices they need, in base currency.</summary>
internal sealed class BookLoader(Db db, MarketData market)
{
    public Task<List<LedgerEntry>> EntriesAsync(PortfolioRow portfolio, CancellationToken ct) => Ledger.EntriesAsync(db, portfolio, ct);

    /// <summary>Daily closes of every symbol booked, at each day's rate.</summary>
    public async Task<Dictionary<string, PriceHistory>> PricesAsync(PortfolioRow portfolio, IReadOnlyList<LedgerEntry> entries, DateOnly from, DateOnly to, CancellationToken ct)
    {
        var symbols = entries.Where(e => e.Kind == EntryKind.Buy).Select(e => e.Symbol!).Distinct().ToList();
        var closes = await market.ClosesAsync(symbols, from, to, ct);
        var rates = new Dictionary<string, DailyCloses?>();
        foreach (var currency in closes.Values.Select(c => c.Currency).Distinct())
            rates[currency] = currency == portfolio.BaseCurrency ? null : await market.RatesAsync(currency, portfolio.BaseCurrency, from, to, ct);
        return closes.Where(c => c.Value.Days.Length > 0).ToDictionary(c => c.Key, c => new PriceHistory(c.Value.Days,
            rates[c.Value.Currency] is { } rate ? c.Value.Days.Select((d, i) => c.Value.Prices[i] * Rates.On(rate, d)).ToArray() : c.Value.Prices));
    }
}
