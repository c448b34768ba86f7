using AgentInvest.Finance.Lots;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>A transaction as the API shows it. Money in <see cref="Currency"/>, gains in base currency.</summary>
public sealed record TransactionView(
    Guid Id, Guid PortfolioId, string Type, string? Symbol, decimal? Quantity, decimal? Price, decimal? Amount, decimal Fee, decimal Tax, decimal? Ratio, string Currency, decimal FxRate,
    DateTimeOffset ExecutedAt, string? ExternalId, string? Note, string Source, Guid? ReversedBy, DateTimeOffset CreatedAt, decimal? RealizedPnl, TransactionView.LotChanges? Lots)
{
    public sealed record LotChanges(IReadOnlyList<OpenedLot> Opened, IReadOnlyList<ClosedLotView> Closed);
    public sealed record OpenedLot(Guid Id, decimal Quantity, decimal UnitCost, decimal Cost);
    public sealed record ClosedLotView(Guid Id, DateTimeOffset OpenedAt, decimal Quantity, decimal Cost, decimal Proceeds, decimal Gain);

    internal static TransactionView Of(Guid portfolioId, LedgerRow r, Booked? booked = null) => new(
        r.Id, portfolioId, r.Type, r.Symbol, r.Quantity, r.Price, r.Amount ?? (r.Type is "buy" or "sell" ? Rounded(r.Quantity!.Value * r.Price!.Value) : null), r.Fee, r.Tax, r.Ratio, r.Currency, r.FxRate, r.ExecutedAt,
        r.ExternalId, r.Note, r.Source, r.ReversedBy, r.CreatedAt, booked?.RealizedPnl is { } gain ? Rounded(gain) : null, booked is null ? null : new LotChanges(
            booked.Opened.Select(l => new OpenedLot(l.Id, l.Quantity, Rounded(l.CostLocal / l.Quantity), Rounded(l.Cost))).ToList(),
            booked.Closed.Select(c => new ClosedLotView(c.LotId, c.OpenedAt, c.Quantity, Rounded(c.Cost), Rounded(c.Proceeds), Rounded(c.Gain))).ToList()));

    internal static decimal Rounded(decimal value) => decimal.Round(value, Core.Money.Scale);
}
