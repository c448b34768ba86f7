using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Holdings;

namespace AgentInvest.Portfolio.Shares;

/// <summary>
/// GET /shared/{token}: what its owner chose to show. Notes, tags and transactions never; amounts, quantities and prices only with the
/// scope <c>values</c>.
/// </summary>
public sealed class GetShared(Db db, GetPortfolio portfolio, TimeProvider time)
{
    /// <param name="Totals">Null without the scope <c>values</c>.</param>
    public sealed record Response(
        string Name,
        string BaseCurrency,
        DateTimeOffset AsOf,
        IReadOnlyList<string> Scopes,
        decimal? UnrealizedPnlPercent,
        decimal? DayChangePercent,
        decimal? CashWeight,
        GetPortfolio.Totals? Totals,
        IReadOnlyList<Holding> Holdings
    );

    /// <param name="Weight">Of the holdings' market value.</param>
    public sealed record Holding(
        string Symbol,
        string Name,
        decimal Weight,
        decimal? UnrealizedPnlPercent,
        string Currency,
        Amounts? Values
    );

    public sealed record Amounts(
        decimal Quantity,
        decimal AverageCost,
        decimal Cost,
        decimal Price,
        decimal MarketValue,
        decimal UnrealizedPnl,
        decimal FxRate
    );

    public async Task<Response> HandleAsync(string token, CancellationToken ct)
    {
        if (token.Length > 100) throw Problems.NotFound();
        var share =
            await db.OneAsync(
                "select user_id, portfolio_id, scopes from portfolio.shares where token_hash = $1 and (expires_at is null or expires_at > $2)",
                r => new
                {
                    UserId = r.GetGuid(0),
                    PortfolioId = r.GetGuid(1),
                    Scopes = r.GetFieldValue<string[]>(2),
                },
                ct,
                ManageShares.Hash(token),
                time.GetUtcNow()
            ) ?? throw Problems.NotFound();
        var (book, _) = await portfolio.HandleAsync(new CurrentUser(share.UserId, Guid.Empty, [], ""), share.PortfolioId, null, ct);
        var values = share.Scopes.Contains(ManageShares.Values);
        var (t, whole) = (book.Totals, book.Totals.MarketValue + book.Totals.Cash);
        return new Response(
            book.Name,
            book.BaseCurrency,
            book.AsOf,
            share.Scopes,
            Percent(t.UnrealizedPnl, t.Cost),
            Short(t.DayChangePercent),
            whole > 0 ? decimal.Round(t.Cash / whole, 4) : null,
            values ? t : null,
            book.Holdings.Select(h => new Holding(
                    h.Symbol,
                    h.Name,
                    decimal.Round(h.Weight, 4),
                    Short(h.UnrealizedPnlPercent),
                    h.Currency,
                    values ? new Amounts(h.Quantity, h.AverageCost, h.Cost, h.Price, h.MarketValue, h.UnrealizedPnl, h.FxRate) : null
                ))
                .ToList()
        );
    }

    private static decimal? Percent(decimal part, decimal whole) => whole > 0 ? decimal.Round(100 * part / whole, 2) : null;

    /// <summary>Two digits: from more of them amounts could be worked out.</summary>
    private static decimal? Short(decimal? percent) => percent is { } p ? decimal.Round(p, 2) : null;
}
