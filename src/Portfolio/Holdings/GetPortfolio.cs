using System.ComponentModel;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Holdings;

/// <summary>
/// GET /portfolio: what is held, what it cost, what it is worth now or at the end of <c>asOf</c>. Price and average cost in the
/// instrument's currency, all else in base currency; cost and P&amp;L before fees.
/// </summary>
[Singleton]
public sealed class GetPortfolio(Db db, BookLoader loader, BookValuation valuation, TimeProvider time)
{
    public sealed record Query(
        PortfolioChoice Portfolio,
        [Description("Values the books at the end of that day, UTC; default: now.")] DateOnly? AsOf = null
    );

    public sealed record Response(
        Guid Id,
        string Name,
        string BaseCurrency,
        CostBasisMethod CostBasisMethod,
        DateTimeOffset AsOf,
        PortfolioTotals Totals,
        IReadOnlyList<Holding> Holdings,
        IReadOnlyList<CashBalance> CashBalances
    );

    /// <summary>In base currency.</summary>
    /// <param name="FxOnCash">What changes of rates made of the cash held in other currencies; part of
    /// <paramref name="AbsoluteGain"/>.</param>
    public sealed record PortfolioTotals(
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

    public sealed record CashBalance(string Currency, decimal Amount, decimal FxRate, decimal Value);

    private sealed record Remark(string Symbol, string? Note, string[] Tags);

    public Task<(Response Response, string ETag)> HandleAsync(CurrentUser user, Query query, CancellationToken ct) =>
        ReadAsync(user.Id, query.Portfolio.PortfolioId, query.AsOf, ct);

    internal async Task<(Response Response, string ETag)> ReadAsync(
        Guid userId,
        Guid? portfolioId,
        DateOnly? asOf,
        CancellationToken ct
    )
    {
        var now = time.GetUtcNow();
        TransactionRules.CheckDay(asOf, "asOf");
        if (asOf > Instants.DayOf(now)) throw Problems.Validation("asOf", "must not be in the future");
        var loaded = await loader.LoadAsync(userId, portfolioId, ct);
        var valued = await valuation.ValueAsync(loaded, asOf, ct);
        var remarks = await db.ListAsync(
            "select symbol, note, tags from portfolio.asset_notes where user_id = $1 and portfolio_id = $2",
            r => new Remark(r.GetString(0), r.Text(1), r.GetFieldValue<string[]>(2)),
            ct,
            userId,
            loaded.Portfolio.Id
        );
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
        var totals = new PortfolioTotals(
            Money.Round(value),
            Money.Round(cost),
            Money.Round(valued.Cash),
            Money.Round(unrealized),
            Money.Round(book.RealizedPnl),
            Money.Round(book.Dividends),
            Money.Round(book.Interest),
            Money.Round(book.Fees),
            Money.Round(book.Taxes),
            Money.Round(book.RealizedPnl + unrealized + book.Dividends + book.Interest - book.Fees - book.Taxes + onCash),
            Money.Round(change),
            before <= 0 ? null : Money.Round(100 * change / before),
            Money.Round(onCash)
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
                    Money.Round(p.CostLocal / p.Quantity),
                    Money.Round(p.Cost),
                    v.Price,
                    Money.Round(v.Value),
                    Money.Round(v.Value - p.Cost),
                    p.Cost == 0 ? null : Money.Round(100 * (v.Value - p.Cost) / p.Cost),
                    value == 0 ? 0 : Money.Round(v.Value / value),
                    v.Currency,
                    Money.Round(v.FxRate),
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
            [
                .. valued.Balances.Select(b => new CashBalance(
                    b.Currency,
                    Money.Round(b.Amount),
                    Money.Round(b.FxRate),
                    Money.Round(b.Value)
                )),
            ]
        );
    }
}
