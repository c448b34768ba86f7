using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.Portfolios;
using Microsoft.Extensions.Logging;

namespace AgentInvest.Portfolio.Ledger;

/// <summary>By timer: books the splits and dividends of the last days to all their holders, once each.</summary>
[Singleton]
public sealed partial class BookNewActions(Db db, MarketData market, LedgerWriter ledger, TimeProvider time, ILogger<BookNewActions> log)
{
    private const int DaysBack = 7;

    /// <returns>How many portfolios changed.</returns>
    public async Task<int> HandleAsync(CancellationToken ct)
    {
        var changed = 0;
        foreach (var (portfolio, symbol) in await FindHoldersAsync(await FindRecentAsync(ct), ct))
        {
            try
            {
                if (await ledger.UpdateFeedAsync(portfolio, symbol, ct)) changed++;
            }
            catch (InsufficientQuantityException e)
            {
                // A split reported late makes an old sale impossible: the user's entries stand, the feed's stay away.
                Log.Refused(log, portfolio.Id, symbol, e.Message);
            }
        }
        return changed;
    }

    /// <summary>The symbols in any books for which the feed reports an action of the last days.</summary>
    private async Task<string[]> FindRecentAsync(CancellationToken ct)
    {
        var today = Instants.DayOf(time.GetUtcNow());
        var symbols = await db.ListAsync(
            """
            select distinct symbol from portfolio.transactions
            where type in ('buy', 'transferIn') and symbol is not null and reversed_by is null
            union select distinct new_symbol from portfolio.transactions where new_symbol is not null and reversed_by is null
            """,
            r => r.GetString(0),
            ct
        );
        return [.. (await market.ActionsAsync(symbols, today.AddDays(-DaysBack), today, ct)).Select(a => a.Symbol).Distinct()];
    }

    private async Task<List<(PortfolioRow Portfolio, string Symbol)>> FindHoldersAsync(string[] symbols, CancellationToken ct) =>
        symbols.Length == 0
            ? []
            : await db.ListAsync(
                $"""
                select distinct {string.Join(", ", PortfolioRow.Columns.Split(", ").Select(c => "p." + c))}, s.symbol
                from portfolio.transactions t
                join portfolio.portfolios p on p.user_id = t.user_id and p.id = t.portfolio_id, unnest($1::text[]) as s (symbol)
                where s.symbol in (t.symbol, t.new_symbol) and t.reversed_by is null
                """,
                r => (PortfolioRow.Read(r), r.GetString(PortfolioRow.ColumnCount)),
                ct,
                (object)symbols
            );

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The feed's actions of {Symbol} do not fit the books of portfolio {Portfolio}: {Reason}")]
        public static partial void Refused(ILogger log, Guid portfolio, string symbol, string reason);
    }
}
