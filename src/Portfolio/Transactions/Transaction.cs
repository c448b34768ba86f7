using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Ledger;
using FinanceClosedLot = AgentInvest.Finance.Lots.ClosedLot;
using FinanceLot = AgentInvest.Finance.Lots.Lot;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>A transaction as the API shows it. Money in <see cref="Currency"/>, lots and gains in base currency.</summary>
/// <param name="ReversedBy">The entry that replaces it; its own id where it was deleted.</param>
/// <param name="RealizedPnl">Gain less loss of what it sold; null where it sold nothing or is not in force.</param>
/// <param name="Lots">What it did to the lots; null in lists and where it is not in force.</param>
/// <param name="Replaces">The entry it corrects.</param>
/// <param name="LotIds">The lots a sale names.</param>
public sealed record Transaction(
    Guid Id,
    Guid PortfolioId,
    EntryKind Type,
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
    EntrySource Source,
    Guid? ReversedBy,
    DateTimeOffset CreatedAt,
    decimal? RealizedPnl,
    Transaction.LotChanges? Lots,
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
        IReadOnlyList<ClosedLot> Closed,
        IReadOnlyList<ClosedLot> Transferred
    );

    public sealed record OpenedLot(Guid Id, decimal Quantity, decimal UnitCost, decimal Cost);
    public sealed record ClosedLot(Guid Id, DateTimeOffset OpenedAt, decimal Quantity, decimal Cost, decimal Proceeds, decimal Gain);

    /// <param name="booked">What entries did to the lots, by <see cref="LedgerRow.LotId"/>; null where it is not worked out.</param>
    internal static Transaction Of(Guid portfolioId, LedgerRow r, IReadOnlyDictionary<Guid, Booked>? booked = null)
    {
        var effect = booked is null ? null : booked.GetValueOrDefault(r.LotId, Booked.Nothing);
        return new Transaction(
            r.Id,
            portfolioId,
            r.Kind,
            r.Symbol,
            r.Quantity,
            r.Price,
            r.Amount ?? (r.IsTrade ? Money.Round(r.Quantity!.Value * r.Price!.Value) : null),
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
            effect?.RealizedPnl is { } gain ? Money.Round(gain) : null,
            effect is null
                ? null
                : new LotChanges(
                    [.. effect.Opened.Select(Show)],
                    [.. effect.Closed.Select(Show)],
                    [.. effect.Transferred.Select(Show)]
                ),
            r.Replaces,
            r.NewSymbol,
            r.CostFraction,
            r.AcquiredAt,
            r.LotIds
        );
    }

    private static OpenedLot Show(FinanceLot l) => new(l.Id, l.Quantity, Money.Round(l.CostLocal / l.Quantity), Money.Round(l.Cost));

    private static ClosedLot Show(FinanceClosedLot c) =>
        new(c.LotId, c.OpenedAt, c.Quantity, Money.Round(c.Cost), Money.Round(c.Proceeds), Money.Round(c.Gain));
}
