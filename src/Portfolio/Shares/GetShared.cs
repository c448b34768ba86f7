using System.Text.Json;
using System.Text.Json.Nodes;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Privacy;

namespace AgentInvest.Portfolio.Shares;

/// <summary>
/// GET /shared/{token}: what its owner chose to show. Notes, tags and transactions never; amounts, quantities and prices only with the
/// scope <c>values</c>, else the <see cref="RelativeView"/>.
/// </summary>
[Singleton]
public sealed class GetShared(Db db, GetPortfolio portfolio, TimeProvider time)
{
    /// <param name="CashWeight">The part of the whole that is cash; null where there is nothing.</param>
    /// <param name="Totals">Null without the scope <c>values</c>.</param>
    public sealed record Response(
        string Name,
        string BaseCurrency,
        DateTimeOffset AsOf,
        IReadOnlyList<ManageShares.ShareScope> Scopes,
        decimal? UnrealizedPnlPercent,
        decimal? DayChangePercent,
        decimal? CashWeight,
        GetPortfolio.PortfolioTotals? Totals,
        IReadOnlyList<SharedHolding> Holdings
    );

    /// <param name="Weight">Of the holdings' market value.</param>
    /// <param name="Values">Null without the scope <c>values</c>.</param>
    public sealed record SharedHolding(
        string Symbol,
        string Name,
        decimal Weight,
        decimal? UnrealizedPnlPercent,
        string Currency,
        SharedValues? Values
    );

    public sealed record SharedValues(
        decimal Quantity,
        decimal AverageCost,
        decimal Cost,
        decimal Price,
        decimal MarketValue,
        decimal UnrealizedPnl,
        decimal FxRate
    );

    /// <returns>A <see cref="Response"/>, reduced to what the link may show.</returns>
    public async Task<JsonNode?> HandleAsync(string token, CancellationToken ct)
    {
        if (token.Length > 100) throw Problems.NotFound();
        var share =
            await db.OneAsync(
                """
                select user_id, portfolio_id, scopes from portfolio.shares
                where token_hash = $1 and (expires_at is null or expires_at > $2)
                """,
                r => new
                {
                    UserId = r.GetGuid(0),
                    PortfolioId = r.GetGuid(1),
                    Scopes = ManageShares.ReadScopes(r, 2),
                },
                ct,
                ManageShares.Hash(token),
                time.GetUtcNow()
            ) ?? throw Problems.NotFound();
        var (book, _) = await portfolio.ReadAsync(share.UserId, share.PortfolioId, null, ct);
        return share.Scopes.Contains(ManageShares.ShareScope.Values)
            ? JsonSerializer.SerializeToNode(Show(book, share.Scopes, values: true), Json.Options)
            : RelativeView.Of(Show(book, share.Scopes, values: false));
    }

    private static Response Show(GetPortfolio.Response book, IReadOnlyList<ManageShares.ShareScope> scopes, bool values)
    {
        var (totals, whole) = (book.Totals, book.Totals.MarketValue + book.Totals.Cash);
        return new Response(
            book.Name,
            book.BaseCurrency,
            book.AsOf,
            scopes,
            totals.Cost > 0 ? RelativeView.RoundPercent(100 * totals.UnrealizedPnl / totals.Cost) : null,
            Percent(totals.DayChangePercent),
            whole > 0 ? RelativeView.RoundFraction(totals.Cash / whole) : null,
            values ? totals : null,
            [
                .. book.Holdings.Select(h => new SharedHolding(
                    h.Symbol,
                    h.Name,
                    RelativeView.RoundFraction(h.Weight),
                    Percent(h.UnrealizedPnlPercent),
                    h.Currency,
                    values ? new SharedValues(h.Quantity, h.AverageCost, h.Cost, h.Price, h.MarketValue, h.UnrealizedPnl, h.FxRate) : null
                )),
            ]
        );
    }

    private static decimal? Percent(decimal? percent) => percent is { } p ? RelativeView.RoundPercent(p) : null;
}
