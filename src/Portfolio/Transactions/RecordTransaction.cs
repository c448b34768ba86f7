using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>POST /portfolio/transactions: one entry of the user's own.</summary>
public sealed class RecordTransaction
{
    private readonly ChangeBooks _books;
    private readonly UserMarket _market;
    private readonly FindPortfolio _find;
    private readonly TimeProvider _time;

    internal RecordTransaction(ChangeBooks books, UserMarket market, FindPortfolio find, TimeProvider time) =>
        (_books, _market, _find, _time) = (books, market, find, time);

    /// <param name="Ratio">split: new shares per old. spinoff, merger: shares of <paramref name="NewSymbol"/> per share held.</param>
    /// <param name="NewSymbol">spinoff, merger: what the holder gets.</param>
    /// <param name="CostFraction">spinoff: the part of the cost that goes along, 0 to 1. merger for shares and cash: the part that stays in
    /// shares.</param>
    /// <param name="AcquiredAt">transferIn: when the shares were bought, for the holding period.</param>
    public sealed record Request(
        string? Type,
        string? Symbol,
        decimal? Quantity,
        decimal? Price,
        decimal? Amount,
        decimal? Fee,
        decimal? Tax,
        decimal? Ratio,
        string? Currency,
        decimal? FxRate,
        DateTimeOffset? ExecutedAt,
        IReadOnlyList<Guid>? LotIds,
        string? ExternalId,
        string? Note,
        string? NewSymbol = null,
        decimal? CostFraction = null,
        DateTimeOffset? AcquiredAt = null
    );

    public async Task<(TransactionView View, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        Request request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        TransactionRules.Check(request, _time.GetUtcNow());
        // Whether lots may be named hangs on the method, which is not looked at again under the lock.
        if (request.LotIds is not null || _find.Seen(user, portfolioId) is not { } seen)
            return await BookAsync(await _find.HandleAsync(user, portfolioId, ct), request, ifMatch, ct);
        try
        {
            return await BookAsync(seen, request, ifMatch, ct);
        }
        catch (ProblemException)
        {
            // It may be one of what the portfolio was, not of what it is.
            var portfolio = await _find.HandleAsync(user, portfolioId, ct);
            if (portfolio.Id == seen.Id && portfolio.BaseCurrency == seen.BaseCurrency) throw;
            return await BookAsync(portfolio, request, ifMatch, ct);
        }
    }

    /// <summary>Books a request that has been checked.</summary>
    internal async Task<(TransactionView View, string ETag)> BookAsync(
        PortfolioRow portfolio,
        Request request,
        string? ifMatch,
        CancellationToken ct
    )
    {
        var day = Instants.DayOf(request.ExecutedAt!.Value);
        var row = await new CompleteEntry(_market, portfolio, day, day).HandleAsync(request, ct);
        var result = await _books.HandleAsync(portfolio, ifMatch, Touched(row), (_, _) => Task.FromResult(ChangeBooks.Change.Of(row)), ct);
        return (TransactionView.Of(portfolio.Id, result.Added[0], result.Booked), result.Portfolio.ETag);
    }

    /// <summary>Only what moves shares, or stands for an action of the feed, can change what the feed has to book.</summary>
    internal static IReadOnlyList<string> Touched(LedgerRow row) =>
        row.Type is "interest" or "fee" or "tax" ? [] : new[] { row.Symbol, row.NewSymbol }.OfType<string>().ToList();
}
