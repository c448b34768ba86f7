using AgentInvest.Core;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.Portfolios;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>
/// GET /portfolio: what is held, what it cost, what it is worth now or at the end of <c>asOf</c>. Price and average cost in the instrument's currency, all else
/// in base currency; cost and P&amp;L before fees.
/// </summary>
public sealed class GetPortfolio
{
    private readonly BookLoader _loader;
    private readonly MarketData _market;
    private readonly FindPortfolio _find;
    private readonly TimeProvider _time;

    internal GetPortfolio(BookLoader loader, MarketData market, FindPortfolio find, TimeProvider time) => (_loader, _market, _find, _time) = (loader, market, find, time);

    public sealed record Response(Guid Id, string Name, string BaseCurrency, string CostBasisMethod, DateTimeOffset AsOf, Totals Totals, IReadOnlyList<Holding> Holdings);

    public sealed record Totals(
        decimal MarketValue, decimal Cost, decimal Cash, decimal UnrealizedPnl, decimal RealizedPnl, decimal Dividends, decimal Interest, decimal Fees, decimal Taxes, decimal AbsoluteGain,
        decimal DayChange, decimal? DayChangePercent);

    public sealed record Holding(
        string Symbol, string Name, decimal Quantity, decimal AverageCost, decimal Cost, decimal Price, decimal MarketValue, decimal UnrealizedPnl, decimal? UnrealizedPnlPercent, decimal Weight,
        string Currency, decimal FxRate, int Lots, DateTimeOffset? PriceAsOf, string Source, bool Stale);

    private sealed record Valued(Position Position, string Name, decimal Price, decimal Previous, decimal FxRate, DateTimeOffset? AsOf, string Source, bool Stale)
    {
        public decimal Value => Position.Quantity * Price * FxRate;
        public decimal Change => Position.Quantity * (Price - Previous) * FxRate;
    }

    public async Task<(Response Response, string ETag)> HandleAsync(CurrentUser user, Guid? portfolioId, DateOnly? asOf, CancellationToken ct)
    {
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        var now = _time.GetUtcNow();
        if (asOf > Instants.DayOf(now)) throw Problems.Validation("asOf", "must not be in the future");
        var entries = await _loader.EntriesAsync(portfolio, ct);
        var book = Book.Replay(asOf is { } day ? entries.Where(e => e.Day <= day) : entries, portfolio.Method);
        var open = book.Positions.Values.Where(p => p.Quantity > 0).ToList();
        var valued = asOf is { } d ? await AtAsync(portfolio, open, d, ct) : await NowAsync(portfolio, open, Instants.DayOf(now), ct);
        var end = asOf is { } e && e < Instants.DayOf(now) ? Instants.StartOf(e.AddDays(1)).AddTicks(-TimeSpan.TicksPerSecond) : now;
        return (Show(portfolio, book, valued, end), portfolio.ETag);
    }

    private async Task<List<Valued>> NowAsync(PortfolioRow portfolio, List<Position> open, DateOnly today, CancellationToken ct)
    {
        var quotes = await _market.QuotesAsync(open.Select(p => p.Symbol).ToList(), ct);
        var valued = new List<Valued>();
        foreach (var position in open)
            valued.Add(quotes.TryGetValue(position.Symbol, out var q)
                ? new Valued(position, q.Name, q.Price, q.Stale ? q.Price : q.PreviousClose, await RateAsync(q.Currency, portfolio.BaseCurrency, today, ct), q.AsOf, q.Source, q.Stale)
                : AtLastTrade(position));
        return valued;
    }

    private async Task<List<Valued>> AtAsync(PortfolioRow portfolio, List<Position> open, DateOnly day, CancellationToken ct)
    {
        // From the day before, so that the day's change has both its ends.
        var closes = await _market.ClosesAsync(open.Select(p => p.Symbol).ToList(), day.AddDays(-1), day, ct);
        var valued = new List<Valued>();
        foreach (var position in open)
        {
            var instrument = await _market.FindAsync(position.Symbol, ct);
            if (instrument is null || !closes.TryGetValue(position.Symbol, out var c) || c.Days.Length == 0 || c.Days[0] > day)
            {
                valued.Add(AtLastTrade(position));
                continue;
            }
            var traded = c.Days[^1] == day;
            valued.Add(new Valued(position, instrument.Name, c.Prices[^1], traded && c.Prices.Length > 1 ? c.Prices[^2] : c.Prices[^1], await RateAsync(c.Currency, portfolio.BaseCurrency, day, ct), Instants.StartOf(c.Days[^1]), c.Source, !traded));
        }
        return valued;
    }

    /// <summary>Without any price the last traded one counts, at its booking's rate.</summary>
    private static Valued AtLastTrade(Position p) => new(p, p.Symbol, p.LastPrice, p.LastPrice, 1, null, "lastTrade", true);

    private async Task<decimal> RateAsync(string currency, string baseCurrency, DateOnly day, CancellationToken ct) =>
        currency == baseCurrency ? 1 : await _market.RatesAsync(currency, baseCurrency, day, day, ct) is { } rates ? Rates.On(rates, day) : 1;

    private static Response Show(PortfolioRow portfolio, Book book, List<Valued> valued, DateTimeOffset asOf)
    {
        var value = valued.Sum(v => v.Value);
        var cost = valued.Sum(v => v.Position.Cost);
        var change = valued.Sum(v => v.Change);
        var unrealized = value - cost;
        var totals = new Totals(Rounded(value), Rounded(cost), Rounded(book.Cash), Rounded(unrealized), Rounded(book.RealizedPnl), Rounded(book.Dividends), Rounded(book.Interest), Rounded(book.Fees), Rounded(book.Taxes),
            Rounded(book.RealizedPnl + unrealized + book.Dividends + book.Interest - book.Fees - book.Taxes), Rounded(change), value - change == 0 ? null : Rounded(100 * change / (value - change)));
        var holdings = valued.OrderByDescending(v => v.Value).ThenBy(v => v.Position.Symbol, StringComparer.Ordinal).Select(v => new Holding(
            v.Position.Symbol, v.Name, v.Position.Quantity, Rounded(v.Position.CostLocal / v.Position.Quantity), Rounded(v.Position.Cost), v.Price, Rounded(v.Value), Rounded(v.Value - v.Position.Cost),
            v.Position.Cost == 0 ? null : Rounded(100 * (v.Value - v.Position.Cost) / v.Position.Cost), value == 0 ? 0 : Rounded(v.Value / value), v.Position.Currency, v.FxRate, v.Position.Lots.Count, v.AsOf, v.Source, v.Stale)).ToList();
        return new Response(portfolio.Id, portfolio.Name, portfolio.BaseCurrency, portfolio.CostBasisMethod, asOf, totals, holdings);
    }
}
