using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>POST /portfolio/transactions: one entry of the user's own.</summary>
[Singleton]
public sealed class RecordTransaction(LedgerWriter ledger, UserMarket market, TimeProvider time)
{
    /// <param name="Ratio">split: new shares per old. spinoff, merger: shares of <paramref name="NewSymbol"/> per share held.</param>
    /// <param name="NewSymbol">spinoff, merger: what the holder gets.</param>
    /// <param name="CostFraction">spinoff: the part of the cost that goes along, 0 to 1. merger for shares and cash: the part that stays in
    /// shares.</param>
    /// <param name="AcquiredAt">transferIn: when the shares were bought, for the holding period.</param>
    [Example("""{"type": "buy", "symbol": "AAPL", "quantity": 10, "price": 150.25, "executedAt": "2024-01-02T15:00:00Z"}""")]
    public sealed record Request(
        EntryKind Type,
        DateTimeOffset ExecutedAt,
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

    public async Task<(Transaction Transaction, string ETag)> HandleAsync(
        CurrentUser user,
        PortfolioChoice choice,
        Request request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        TransactionRules.Check(request, time.GetUtcNow());
        return await BookAsync(user.Id, choice, request, ifMatch, ct);
    }

    /// <summary>Books a request that has been checked.</summary>
    internal async Task<(Transaction Transaction, string ETag)> BookAsync(
        Guid userId,
        PortfolioChoice choice,
        Request request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var day = Instants.DayOf(request.ExecutedAt);
        var result = await ledger.BookAsync(
            userId,
            choice.PortfolioId,
            ifMatch,
            async portfolio =>
            {
                var row = await new EntryCompletion(market, portfolio, day, day).CompleteAsync(request, ct);
                return new LedgerDraft(row.FeedSymbols, _ => Task.FromResult(LedgerChange.Of(row)));
            },
            ct
        );
        return (Transaction.Of(result.Portfolio.Id, result.Added[0], result.Booked), result.Portfolio.ETag);
    }
}
