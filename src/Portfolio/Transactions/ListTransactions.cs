using System.Globalization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>GET /portfolio/transactions, newest first, and GET /portfolio/transactions/{id}.</summary>
public sealed class ListTransactions
{
    private readonly Db _db;
    private readonly FindPortfolio _find;
    private readonly BookLoader _loader;

    internal ListTransactions(Db db, FindPortfolio find, BookLoader loader) => (_db, _find, _loader) = (db, find, loader);

    public async Task<(ListPage<TransactionView> Page, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        HttpRequest request,
        CancellationToken ct
    )
    {
        var page = PageRequest.Of(request);
        var symbol = Query.Text(request, "symbol") is { } s ? AssetSymbols.Parse(s) : null;
        var type = Query.Text(request, "type");
        if (type is not null && !TransactionRules.Types.Contains(type))
            throw Problems.Validation("type", $"must be one of {string.Join(", ", TransactionRules.Types)}");
        var from = Query.Day(request, "from");
        var to = Query.Day(request, "to");
        var reversed = Query.Flag(request, "includeReversed");
        var (at, seq) = Position(page.After);
        var portfolio = await _find.HandleAsync(user, portfolioId, ct);
        var rows = await _db.ListAsync(
            $"""
            select {LedgerRow.Columns} from portfolio.transactions
            where user_id = $1 and portfolio_id = $2 and ($3::text is null or symbol = $3 or new_symbol = $3) and ($4::text is null or type = $4)
              and ($5::timestamptz is null or executed_at >= $5) and ($6::timestamptz is null or executed_at < $6) and ($7 or reversed_by is null)
              and ($8::timestamptz is null or (executed_at, seq) < ($8, $9))
            order by executed_at desc, seq desc limit $10
            """,
            LedgerRow.Read,
            ct,
            portfolio.UserId,
            portfolio.Id,
            symbol,
            type,
            from is { } f ? Instants.StartOf(f) : null,
            to is { } t && t < DateOnly.MaxValue ? Instants.StartOf(t).AddDays(1) : null,
            reversed,
            at,
            seq,
            page.Limit + 1
        );
        var next =
            rows.Count > page.Limit
                ? PageRequest.Encode(
                    string.Create(CultureInfo.InvariantCulture, $"{rows[page.Limit - 1].ExecutedAt.UtcTicks} {rows[page.Limit - 1].Seq}")
                )
                : null;
        return (
            new ListPage<TransactionView>(rows.Take(page.Limit).Select(r => TransactionView.Of(portfolio.Id, r)).ToList(), next),
            portfolio.ETag
        );
    }

    /// <summary>Of any of the user's portfolios; a stranger's is not there.</summary>
    public async Task<(TransactionView View, string ETag)> OneAsync(CurrentUser user, string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var guid)) throw Problems.NotFound();
        var (portfolioId, row) = await _db.OneAsync(
            $"select {LedgerRow.Columns}, portfolio_id from portfolio.transactions where user_id = $1 and id = $2",
            r => (r.GetGuid(LedgerRow.ColumnCount), LedgerRow.Read(r)),
            ct,
            user.Id,
            guid
        );
        if (row is null) throw Problems.NotFound();
        // What is no longer in force does nothing to the lots.
        var book = await _loader.LoadAsync(user, portfolioId, ct);
        return (TransactionView.Of(portfolioId, row, row.ReversedBy is null ? book.Journal : null), book.Portfolio.ETag);
    }

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
