using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>A transaction as the API shows it. Money in <see cref="Currency"/>, lots and gains in base currency.</summary>
/// <param name="ReversedBy">What stands in its place; its own id where it was deleted.</param>
/// <param name="Replaces">The entry it corrects.</param>
/// <param name="LotIds">The lots a sale names.</param>
public sealed record TransactionView(
    Guid Id,
    Guid PortfolioId,
    string Type,
    string? Symbol,
    decimal? Quantity,
    decimal? Price,
    decimal? Amount,
    decimal Fee,
    decimal Tax,
    decimal? Ratio,
    string Currency,
    decimal FxRate,
    DateTimeOffset ExecutedAt,
    string? ExternalId,
    string? Note,
    string Source,
    Guid? ReversedBy,
    DateTimeOffset CreatedAt,
    decimal? RealizedPnl,
    TransactionView.LotChanges? Lots,
    Guid? Replaces,
    string? NewSymbol,
    decimal? CostFraction,
    DateTimeOffset? AcquiredAt,
    IReadOnlyList<Guid>? LotIds
)
{
    /// <param name="Transferred">Left for another account at cost; nothing is realised.</param>
    public sealed record LotChanges(
        IReadOnlyList<OpenedLot> Opened,
        IReadOnlyList<ClosedLotView> Closed,
        IReadOnlyList<ClosedLotView> Transferred
    );
    public sealed record OpenedLot(Guid Id, decimal Quantity, decimal UnitCost, decimal Cost);
    public sealed record ClosedLotView(Guid Id, DateTimeOffset OpenedAt, decimal Quantity, decimal Cost, decimal Proceeds, decimal Gain);

    /// <param name="booked">What entries did to the lots, by <see cref="LedgerRow.LotId"/>; null where it is not worked out.</param>
    internal static TransactionView Of(Guid portfolioId, LedgerRow r, IReadOnlyDictionary<Guid, Booked>? booked = null)
    {
        var did = booked is null ? null : booked.GetValueOrDefault(r.LotId, Booked.Nothing);
        return new TransactionView(
            r.Id,
            portfolioId,
            r.Type,
            r.Symbol,
            r.Quantity,
            r.Price,
            r.Amount ?? (r.Type is "buy" or "sell" ? Rounded(r.Quantity!.Value * r.Price!.Value) : null),
            r.Fee,
            r.Tax,
            r.Ratio,
            r.Currency,
            r.FxRate,
            r.ExecutedAt,
            r.ExternalId,
            r.Note,
            r.Source,
            r.ReversedBy,
            r.CreatedAt,
            did?.RealizedPnl is { } gain ? Rounded(gain) : null,
            did is null
                ? null
                : new LotChanges(
                    did.Opened.Select(l => new OpenedLot(l.Id, l.Quantity, Rounded(l.CostLocal / l.Quantity), Rounded(l.Cost))).ToList(),
                    did.Closed.Select(Show).ToList(),
                    did.Transferred.Select(Show).ToList()
                ),
            r.Replaces,
            r.NewSymbol,
            r.CostFraction,
            r.AcquiredAt,
            r.LotIds
        );
    }

    internal static decimal Rounded(decimal value) => decimal.Round(value, Money.Scale);

    private static ClosedLotView Show(ClosedLot c) =>
        new(c.LotId, c.OpenedAt, c.Quantity, Rounded(c.Cost), Rounded(c.Proceeds), Rounded(c.Gain));
}
