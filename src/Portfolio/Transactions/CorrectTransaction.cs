using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>
/// PATCH, DELETE /portfolio/transactions/{id}. Nothing is changed: the entry is reversed and, for PATCH, a new one stands in its place, at
/// its place among entries of the same instant. An entry of the feed corrected this way is the user's own from then on; deleted, it stays
/// away.
/// </summary>
[Singleton]
public sealed class CorrectTransaction(Db db, LedgerWriter ledger, UserMarket market, PortfolioFinder find, TimeProvider time)
{
    /// <summary>The members to correct; those left out stay as they are. They mean what they mean in a new transaction.</summary>
    [Example("""{"quantity": 12}""")]
    public sealed record Request(
        EntryKind? Type = null,
        DateTimeOffset? ExecutedAt = null,
        string? Symbol = null,
        decimal? Quantity = null,
        decimal? Price = null,
        decimal? Amount = null,
        decimal? Fee = null,
        decimal? Tax = null,
        decimal? Ratio = null,
        string? Currency = null,
        decimal? FxRate = null,
        IReadOnlyList<Guid>? LotIds = null,
        string? ExternalId = null,
        string? Note = null,
        string? NewSymbol = null,
        decimal? CostFraction = null,
        DateTimeOffset? AcquiredAt = null
    );

    public async Task<(Transaction Transaction, string ETag)> ReplaceAsync(
        CurrentUser user,
        string id,
        Request patch,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var (portfolio, old) = await FindAsync(user.Id, id, ct);
        if (patch == new Request()) throw Problems.Validation("", "Name at least one member to correct.");
        var merged = Merge(old, patch);
        TransactionRules.Check(merged, time.GetUtcNow());
        var day = Instants.DayOf(merged.ExecutedAt);
        var completion = new EntryCompletion(market, portfolio, Earlier(old.Day, day), Later(old.Day, day));
        // A rate that was the day's own follows the entry to another day; one that was given stays.
        if (
            patch.FxRate is null
            && (
                patch.Currency is not null
                || patch.Symbol is not null
                || await completion.RateAsync(old.Currency, old.Day, ct) == old.FxRate
            )
        )
            merged = merged with { FxRate = old.Day == day && patch.Currency is null && patch.Symbol is null ? old.FxRate : null };
        var row = await completion.CompleteAsync(merged, ct) with { Replaces = old.Id, Root = old.LotId, Place = old.Place ?? old.Seq };
        var result = await ReverseAsync(portfolio, old, row, ifMatch, ct);
        return (Transaction.Of(portfolio.Id, result.Added[0], result.Booked), result.Portfolio.ETag);
    }

    public async Task<string> DeleteAsync(CurrentUser user, string id, string? ifMatch, CancellationToken ct)
    {
        var (portfolio, old) = await FindAsync(user.Id, id, ct);
        return (await ReverseAsync(portfolio, old, null, ifMatch, ct)).Portfolio.ETag;
    }

    /// <param name="successor">Null: nothing stands in its place.</param>
    private Task<LedgerResult> ReverseAsync(
        PortfolioRow portfolio,
        LedgerRow old,
        LedgerRow? successor,
        string? ifMatch,
        CancellationToken ct
    ) =>
        ledger.BookAsync(
            portfolio,
            ifMatch,
            new LedgerDraft(
                [.. old.FeedSymbols.Concat(successor?.FeedSymbols ?? []).Distinct()],
                async books =>
                {
                    await RequireInForceAsync(books, old.Id, ct);
                    return new LedgerChange(successor is null ? [] : [successor], [new Reversal(old.Id, (successor ?? old).Id)]);
                }
            ),
            ct
        );

    private async Task<(PortfolioRow Portfolio, LedgerRow Row)> FindAsync(Guid userId, string id, CancellationToken ct)
    {
        var (portfolioId, row) = await LedgerStore.FindAsync(db, userId, id, ct);
        if (row.ReversedBy is not null) throw PortfolioProblems.AlreadyReversed();
        return (await find.FindAsync(userId, portfolioId, ct), row);
    }

    private static async Task RequireInForceAsync(LockedBooks books, Guid id, CancellationToken ct)
    {
        if (
            !await books.Tx.OneAsync(
                "select reversed_by is null from portfolio.transactions where user_id = $1 and portfolio_id = $2 and id = $3",
                r => r.GetBoolean(0),
                ct,
                books.Portfolio.UserId,
                books.Portfolio.Id,
                id
            )
        )
            throw PortfolioProblems.AlreadyReversed();
    }

    private static RecordTransaction.Request Merge(LedgerRow old, Request p)
    {
        var type = p.Type ?? old.Kind;
        var trade = type is EntryKind.Buy or EntryKind.Sell;
        // What was paid and the price per share say the same; the one given now replaces the other.
        var amount = p.Amount ?? (trade && p.Price is not null ? null : old.Amount);
        var price = p.Price ?? (trade && amount is not null ? null : old.Price);
        return new RecordTransaction.Request(
            type,
            p.ExecutedAt ?? old.ExecutedAt,
            p.Symbol ?? old.Symbol,
            p.Quantity ?? old.Quantity,
            price,
            amount,
            p.Fee ?? old.Fee,
            p.Tax ?? old.Tax,
            p.Ratio ?? old.Ratio,
            p.Currency ?? (p.Symbol is null ? old.Currency : null),
            p.FxRate ?? old.FxRate,
            p.LotIds ?? old.LotIds,
            p.ExternalId ?? old.ExternalId,
            p.Note ?? old.Note,
            p.NewSymbol ?? old.NewSymbol,
            p.CostFraction ?? old.CostFraction,
            p.AcquiredAt ?? old.AcquiredAt
        );
    }

    private static DateOnly Earlier(DateOnly a, DateOnly b) => a < b ? a : b;
    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
