using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>
/// GET /portfolio: what is held, what it cost, what it is worth now or at the end of <c>asOf</c>. Price and average cost in the
/// instrument's currency, all else in base currency; cost and P&amp;L before fees.
/// </summary>
public sealed class GetPortfolio
{
    private readonly Db _db;
    private readonly BookLoader _loader;
    private readonly ValueHoldings _value;
    private readonly TimeProvider _time;

    internal GetPortfolio(Db db, BookLoader loader, ValueHoldings value, TimeProvider time) =>
        (_db, _loader, _value, _time) = (db, loader, value, time);

    public sealed record Response(
        Guid Id,
        string Name,
        string BaseCurrency,
        string CostBasisMethod,
        DateTimeOffset AsOf,
        Totals Totals,
        IReadOnlyList<Holding> Holdings,
        IReadOnlyList<Balance> CashBalances
    );

    /// <param name="FxOnCash">What changes of rates made of the cash held in other currencies; part of
    /// <paramref name="AbsoluteGain"/>.</param>
    public sealed record Totals(
        decimal MarketValue,
        decimal Cost,
        decimal Cash,
        decimal UnrealizedPnl,
        decimal RealizedPnl,
        decimal Dividends,
        decimal Interest,
        decimal Fees,
        decimal Taxes,
        decimal AbsoluteGain,
        decimal DayChange,
        decimal? DayChangePercent,
        decimal FxOnCash
    );

    /// <param name="Weight">Of the holdings' market value; cash is not in it.</param>
    public sealed record Holding(
        string Symbol,
        string Name,
        decimal Quantity,
        decimal AverageCost,
        decimal Cost,
        decimal Price,
        decimal MarketValue,
        decimal UnrealizedPnl,
        decimal? UnrealizedPnlPercent,
        decimal Weight,
        string Currency,
        decimal FxRate,
        int Lots,
        DateTimeOffset? PriceAsOf,
        string Source,
        bool Stale,
        string? Note,
        IReadOnlyList<string> Tags
    );

    public sealed record Balance(string Currency, decimal Amount, decimal FxRate, decimal Value);

    private sealed record Remark(string Symbol, string? Note, string[] Tags);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        DateOnly? asOf,
        CancellationToken ct
    )
    {
        var now = _time.GetUtcNow();
        TransactionRules.CheckDay(asOf, "asOf");
        if (asOf > Instants.DayOf(now)) throw Problems.Validation("asOf", "must not be in the future");
        var loaded = await _loader.LoadAsync(user, portfolioId, ct);
        var valued = await _value.HandleAsync(loaded, asOf, ct);
        var remarks = await _db.ListAsync("select symbol, note, tags from portfolio.asset_notes where user_id = $1 and portfolio_id = $2",
            r => new Remark(r.GetString(0), r.Text(1), r.GetFieldValue<string[]>(2)), ct, user.Id, loaded.Portfolio.Id);
        var end = asOf is { } e && e < Instants.DayOf(now) ? Instants.StartOf(e.AddDays(1)).AddTicks(-TimeSpan.TicksPerSecond) : now;
        return (Show(loaded.Portfolio, valued, remarks.ToDictionary(r => r.Symbol), end), loaded.Portfolio.ETag);
    }

    private static Response Show(PortfolioRow portfolio, ValuedBook valued, Dictionary<string, Remark> remarks, DateTimeOffset asOf)
    {
        var book = valued.Book;
        var value = valued.Holdings.Sum(v => v.Value);
        var cost = valued.Holdings.Sum(v => v.Position.Cost);
        var change = valued.Holdings.Sum(v => v.Change) + valued.CashChange;
        var before = value + valued.Cash - change;
        var unrealized = value - cost;
        var onCash = valued.Cash - book.Cash;
        var totals = new Totals(
            Rounded(value),
            Rounded(cost),
            Rounded(valued.Cash),
            Rounded(unrealized),
            Rounded(book.RealizedPnl),
            Rounded(book.Dividends),
            Rounded(book.Interest),
            Rounded(book.Fees),
            Rounded(book.Taxes),
            Rounded(book.RealizedPnl + unrealized + book.Dividends + book.Interest - book.Fees - book.Taxes + onCash),
            Rounded(change),
            before <= 0 ? null : Rounded(100 * change / before),
            Rounded(onCash)
        );
        var holdings = valued
            .Holdings.OrderByDescending(v => v.Value)
            .ThenBy(v => v.Position.Symbol, StringComparer.Ordinal)
            .Select(v =>
            {
                var (p, remark) = (v.Position, remarks.GetValueOrDefault(v.Position.Symbol));
                return new Holding(
                    p.Symbol,
                    v.Name,
                    p.Quantity,
                    Rounded(p.CostLocal / p.Quantity),
                    Rounded(p.Cost),
                    v.Price,
                    Rounded(v.Value),
                    Rounded(v.Value - p.Cost),
                    p.Cost == 0 ? null : Rounded(100 * (v.Value - p.Cost) / p.Cost),
                    value == 0 ? 0 : Rounded(v.Value / value),
                    v.Currency,
                    Rounded(v.FxRate),
                    p.Lots.Count,
                    v.AsOf,
                    v.Source,
                    v.Stale,
                    remark?.Note,
                    remark?.Tags ?? []
                );
            })
            .ToList();
        return new Response(
            portfolio.Id,
            portfolio.Name,
            portfolio.BaseCurrency,
            portfolio.CostBasisMethod,
            asOf,
            totals,
            holdings,
            valued.Balances.Select(b => new Balance(b.Currency, Rounded(b.Amount), Rounded(b.FxRate), Rounded(b.Value))).ToList()
        );
    }
}
