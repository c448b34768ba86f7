using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.Portfolios;
using Microsoft.Extensions.Logging;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>By timer: books the splits and dividends of the last days to all their holders, once each.</summary>
public sealed partial class BookNewActions
{
    private const int DaysBack = 7;
    private readonly Db _db;
    private readonly MarketData _market;
    private readonly FeedActions _feeds;
    private readonly TimeProvider _time;
    private readonly ILogger<BookNewActions> _log;

    internal BookNewActions(Db db, MarketData market, FeedActions feeds, TimeProvider time, ILogger<BookNewActions> log) =>
        (_db, _market, _feeds, _time, _log) = (db, market, feeds, time, log);

    /// <returns>How many portfolios changed.</returns>
    public async Task<int> HandleAsync(CancellationToken ct)
    {
        var today = Instants.DayOf(_time.GetUtcNow());
        var symbols = await _db.ListAsync(
            """
            select distinct symbol from portfolio.transactions where type in ('buy', 'transferIn') and symbol is not null and reversed_by is null
            union select distinct new_symbol from portfolio.transactions where new_symbol is not null and reversed_by is null
            """,
            r => r.GetString(0),
            ct
        );
        var recent = (await _market.ActionsAsync(symbols, today.AddDays(-DaysBack), today, ct)).Select(a => a.Symbol).Distinct().ToArray();
        if (recent.Length == 0) return 0;
        var holders = await _db.ListAsync(
            $"""
            select distinct {string.Join(", ", PortfolioRow.Columns.Split(", ").Select(c => "p." + c))}, s.symbol
            from portfolio.transactions t join portfolio.portfolios p on p.user_id = t.user_id and p.id = t.portfolio_id, unnest($1::text[]) as s (symbol)
            where s.symbol in (t.symbol, t.new_symbol) and t.reversed_by is null
            """,
            r => (Portfolio: PortfolioRow.Read(r), Symbol: r.GetString(7)),
            ct,
            (object)recent
        );
        var changed = 0;
        foreach (var (portfolio, symbol) in holders)
        {
            var feed = await _feeds.OfAsync(portfolio, [symbol], ct);
            try
            {
                changed += await _db.InTransactionAsync(
                    async tx =>
                    {
                        var locked = await FindPortfolio.LockAsync(tx, portfolio, null, ct);
                        return
                            (await ChangeBooks.ApplyAsync(tx, locked, new ChangeBooks.Change([], []), feed, ct, feedOnly: true))
                                .Portfolio
                                .Version > locked.Version
                            ? 1
                            : 0;
                    },
                    ct
                );
            }
            catch (InsufficientQuantityException e)
            {
                // A split reported late makes an old sale impossible: the user's entries stand, the feed's stay away.
                Log.Refused(_log, portfolio.Id, symbol, e.Message);
            }
        }
        return changed;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The feed's actions of {Symbol} do not fit the books of portfolio {Portfolio}: {Reason}")]
        public static partial void Refused(ILogger log, Guid portfolio, string symbol, string reason);
    }
}
