using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>
/// PATCH, DELETE /portfolio/transactions/{id}. Nothing is changed: the entry is reversed and, for PATCH, a new one stands in its place, at
/// its place among entries of the same instant. An entry of the feed corrected this way is the user's own from then on; deleted, it stays
/// away.
/// </summary>
public sealed class CorrectTransaction
{
    private readonly Db _db;
    private readonly ChangeBooks _books;
    private readonly UserMarket _market;
    private readonly FindPortfolio _find;
    private readonly TimeProvider _time;

    internal CorrectTransaction(Db db, ChangeBooks books, UserMarket market, FindPortfolio find, TimeProvider time) =>
        (_db, _books, _market, _find, _time) = (db, books, market, find, time);

    /// <summary>Members that are left out stay as they are.</summary>
    public async Task<(TransactionView View, string ETag)> ReplaceAsync(
        CurrentUser user,
        string id,
        RecordTransaction.Request patch,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var (portfolio, old) = await FindAsync(user, id, ct);
        if (patch == new RecordTransaction.Request(null, null, null, null, null, null, null, null, null, null, null, null, null, null))
            throw Problems.Validation("", "Name at least one member to correct.");
        var merged = Merge(old, patch);
        TransactionRules.Check(merged, _time.GetUtcNow());
        var (first, last) = (
            Earlier(old.Day, Instants.DayOf(merged.ExecutedAt!.Value)),
            Later(old.Day, Instants.DayOf(merged.ExecutedAt!.Value))
        );
        var complete = new CompleteEntry(_market, portfolio, first, last);
        // A rate that was the day's own follows the entry to another day; one that was given stays.
        if (
            patch.FxRate is null
            && (patch.Currency is not null || patch.Symbol is not null || await complete.RateAsync(old.Currency, old.Day, ct) == old.FxRate)
        )
            merged = merged with { FxRate = first == last && patch.Currency is null && patch.Symbol is null ? old.FxRate : null };
        var row = await complete.HandleAsync(merged, ct) with { Replaces = old.Id, Root = old.LotId, Place = old.Place ?? old.Seq };
        var touched = RecordTransaction.Touched(row).Concat(RecordTransaction.Touched(old)).Distinct().ToList();
        var result = await _books.HandleAsync(portfolio, ifMatch, touched, async (tx, locked) =>
        {
            await InForceAsync(tx, locked, old.Id, ct);
            return new ChangeBooks.Change([row], [new Reversal(old.Id, row.Id)]);
        }, ct);
        return (TransactionView.Of(portfolio.Id, result.Added[0], result.Booked), result.Portfolio.ETag);
    }

    public async Task<string> DeleteAsync(CurrentUser user, string id, string? ifMatch, CancellationToken ct)
    {
        var (portfolio, old) = await FindAsync(user, id, ct);
        var result = await _books.HandleAsync(portfolio, ifMatch, RecordTransaction.Touched(old), async (tx, locked) =>
        {
            await InForceAsync(tx, locked, old.Id, ct);
            return new ChangeBooks.Change([], [new Reversal(old.Id, old.Id)]);
        }, ct);
        return result.Portfolio.ETag;
    }

    private async Task<(PortfolioRow Portfolio, LedgerRow Row)> FindAsync(CurrentUser user, string id, CancellationToken ct)
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
        if (row.ReversedBy is not null) throw PortfolioProblems.AlreadyReversed();
        return (await _find.HandleAsync(user, portfolioId, ct), row);
    }

    private static async Task InForceAsync(Tx tx, PortfolioRow locked, Guid id, CancellationToken ct)
    {
        if (
            !await tx.OneAsync(
                "select reversed_by is null from portfolio.transactions where user_id = $1 and portfolio_id = $2 and id = $3",
                r => r.GetBoolean(0),
                ct,
                locked.UserId,
                locked.Id,
                id
            )
        )
            throw PortfolioProblems.AlreadyReversed();
    }

    private static RecordTransaction.Request Merge(LedgerRow old, RecordTransaction.Request p)
    {
        var type = p.Type ?? old.Type;
        var trade = type is "buy" or "sell";
        // What was paid and the price per share say the same; the one given now replaces the other.
        var amount = p.Amount ?? (trade && p.Price is not null ? null : old.Amount);
        var price = p.Price ?? (trade && amount is not null ? null : old.Price);
        return new RecordTransaction.Request(
            type,
            p.Symbol ?? old.Symbol,
            p.Quantity ?? old.Quantity,
            price,
            amount,
            p.Fee ?? old.Fee,
            p.Tax ?? old.Tax,
            p.Ratio ?? old.Ratio,
            p.Currency ?? (p.Symbol is null ? old.Currency : null),
            p.FxRate ?? old.FxRate,
            p.ExecutedAt ?? old.ExecutedAt,
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
