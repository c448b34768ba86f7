using System.ComponentModel;
using System.Globalization;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>GET /portfolio/transactions, newest first, and GET /portfolio/transactions/{id}.</summary>
[Singleton]
public sealed class ListTransactions(Db db, PortfolioFinder find, BookLoader loader)
{
    /// <param name="Symbol">Entries that concern it, as symbol or as new symbol.</param>
    public sealed record Query(
        PortfolioChoice Portfolio,
        PageRequest Page,
        [Description("Only entries of this symbol.")] string? Symbol = null,
        [Description("Only entries of this type.")] EntryKind? Type = null,
        [Description("The first day, UTC.")] DateOnly? From = null,
        [Description("The last day, UTC.")] DateOnly? To = null,
        [Description("Corrected and deleted entries too.")] bool IncludeReversed = false
    );

    public async Task<(ListPage<Transaction> Page, string ETag)> HandleAsync(CurrentUser user, Query query, CancellationToken ct)
    {
        var page = query.Page;
        var symbol = query.Symbol is { } s ? AssetSymbols.Parse(s) : null;
        var (at, seq) = Position(page.After);
        var portfolio = await find.FindAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var rows = await db.ListAsync(
            $"""
            select {LedgerRow.Columns} from portfolio.transactions
            where user_id = $1 and portfolio_id = $2
              and ($3::text is null or symbol = $3 or new_symbol = $3) and ($4::text is null or type = $4)
              and ($5::timestamptz is null or executed_at >= $5) and ($6::timestamptz is null or executed_at < $6)
              and ($7 or reversed_by is null) and ($8::timestamptz is null or (executed_at, seq) < ($8, $9))
            order by executed_at desc, seq desc limit $10
            """,
            LedgerRow.Read,
            ct,
            portfolio.UserId,
            portfolio.Id,
            symbol,
            query.Type is { } type ? EnumNames.Of(type) : null,
            query.From is { } from ? Instants.StartOf(from) : null,
            query.To is { } to && to < DateOnly.MaxValue ? Instants.StartOf(to).AddDays(1) : null,
            query.IncludeReversed,
            at,
            seq,
            page.Limit + 1
        );
        var next = rows.Count > page.Limit ? Cursor(rows[page.Limit - 1]) : null;
        return (
            new ListPage<Transaction>([.. rows.Take(page.Limit).Select(r => Transaction.Of(portfolio.Id, r))], next),
            portfolio.ETag
        );
    }

    /// <summary>Of any of the user's portfolios; 404 for another user's.</summary>
    public async Task<(Transaction Transaction, string ETag)> FindAsync(CurrentUser user, string id, CancellationToken ct)
    {
        var (portfolioId, row) = await LedgerStore.FindAsync(db, user.Id, id, ct);
        // What is no longer in force does nothing to the lots.
        var book = await loader.LoadAsync(user.Id, portfolioId, ct);
        return (Transaction.Of(portfolioId, row, row.ReversedBy is null ? book.Journal : null), book.Portfolio.ETag);
    }

    private static string Cursor(LedgerRow last) =>
        PageRequest.Encode(string.Create(CultureInfo.InvariantCulture, $"{last.ExecutedAt.UtcTicks} {last.Seq}"));

    private static (DateTimeOffset? At, long Seq) Position(string? after)
    {
        if (after is null) return (null, 0);
        return
            after.Split(' ') is [var ticks, var seq]
            && long.TryParse(ticks, CultureInfo.InvariantCulture, out var t)
            && long.TryParse(seq, CultureInfo.InvariantCulture, out var s)
            && t >= 0
            && t <= DateTimeOffset.MaxValue.UtcTicks
            ? (new DateTimeOffset(t, TimeSpan.Zero), s)
            : throw Problems.Validation("cursor", "is not a cursor of this list");
    }
}
