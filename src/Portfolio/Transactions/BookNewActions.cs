using AgentInvest.Core;
using AgentInvest.Market;
using AgentInvest.Portfolio.Analytics;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>By timer: books the splits and dividends of the last days to all their holders, once each.</summary>
public sealed class BookNewActions(Db db, MarketData market, TimeProvider time)
{
    private const int DaysBack = 7;

    /// <returns>How many portfolios changed.</returns>
    public async Task<int> HandleAsync(CancellationToken ct)
    {
        var today = Instants.DayOf(time.GetUtcNow());
        var symbols = await db.ListAsync("select distinct symbol from portfolio.transactions where type = 'buy' and reversed_by is null", r => r.GetString(0), ct);
        var recent = (await market.ActionsAsync(symbols, today.AddDays(-DaysBack), today, ct)).Select(a => a.Symbol).Distinct().ToArray();
        if (recent.Length == 0) return 0;
        var holders = await db.ListAsync($"""
            select distinct p.user_id, p.id, p.name, p.base_currency, p.cost_basis_method, p.version, p.created_at, t.symbol
            from portfolio.transactions t join portfolio.portfolios p on p.user_id = t.user_id and p.id = t.portfolio_id where t.type = 'buy' and t.symbol = any($1) and t.reversed_by is null
            """, r => (Portfolio: PortfolioRow.Read(r), Symbol: r.GetString(7)), ct, (object)recent);
        var changed = 0;
        foreach (var (portfolio, symbol) in holders)
        {
            var feed = await RecordTransaction.FeedOfAsync(market, portfolio, symbol, today, ct);
            changed += await db.InTransactionAsync(tx => ReconcileAsync(tx, portfolio, symbol, feed, ct), ct) ? 1 : 0;
        }
        return changed;
    }

    private static async Task<bool> ReconcileAsync(Tx tx, PortfolioRow portfolio, string symbol, RecordTransaction.Feed feed, CancellationToken ct)
    {
        var locked = await FindPortfolio.LockAsync(tx, portfolio, null, ct);
        var existing = await Ledger.OfSymbolAsync(tx, locked, symbol, ct);
        var expected = FeedActions.Expected(existing.Where(e => !e.FromFeed).ToList(), feed.Actions, feed.RateOn);
        var (_, changed) = await FeedActions.ReconcileAsync(tx, locked, existing, expected, Guid.CreateVersion7(), ct);
        if (!changed) return false;
        var version = await tx.OneAsync("update portfolio.portfolios set version = version + 1 where user_id = $1 and id = $2 returning version", r => r.GetInt64(0), ct, locked.UserId, locked.Id);
        await AnalyticsRequest.AddAsync(tx, locked, version, ct);
        return true;
    }
}
