namespace AgentInvest.Finance.Lots;

/// <summary>
/// What one purchase opened and what of it is left; it never changes, a book replaces it. A short sale opens one as well, with negative
/// quantity and cost.
/// </summary>
/// <param name="Id">Of the entry that opened it; a spin-off gives each lot of the new company an id that follows from the old lot's and its
/// own.</param>
/// <param name="OpenedAt">When the shares were acquired: corporate actions and transfers carry the day over.</param>
/// <param name="Quantity">Bought, in today's shares (after splits).</param>
/// <param name="Remaining">Of it, still held.</param>
/// <param name="Cost">Of what remains, in base currency at the rate of the purchase, before fees.</param>
/// <param name="CostLocal">The same in the currency of the purchase.</param>
/// <param name="Fees">What buying the remaining shares cost in fees, in base currency.</param>
public sealed record Lot(
    Guid Id,
    DateTimeOffset OpenedAt,
    decimal Quantity,
    decimal Remaining,
    decimal Cost,
    decimal CostLocal,
    decimal Fees
)
{
    /// <summary>Cost with the fees of the purchase in it, as tax law has it.</summary>
    public decimal TaxCost => Cost + Fees;

    internal decimal UnitCost => Cost / Remaining;

    /// <summary>What is left after <paramref name="taken"/> shares have gone, and what goes with them.</summary>
    internal (Lot? Left, decimal Cost, decimal CostLocal, decimal Fees) Take(decimal taken)
    {
        var all = Math.Abs(Remaining);
        var (cost, local, fees) = (Exact.Part(Cost, taken, all), Exact.Part(CostLocal, taken, all), Exact.Part(Fees, taken, all));
        if (taken == all) return (null, cost, local, fees);
        return (
            this with
            {
                Remaining = Remaining - Math.Sign(Remaining) * taken,
                Cost = Cost - cost,
                CostLocal = CostLocal - local,
                Fees = Fees - fees,
            },
            cost,
            local,
            fees
        );
    }
}

/// <summary>
/// The part of a lot that a sale closed. Money in base currency; <see cref="Cost"/>, <see cref="Proceeds"/> and <see cref="Gain"/> before
/// fees, the others with the fees of both sides in them. A quantity of 0 is money without shares: capital returned beyond cost, or shares a
/// split left nothing of.
/// </summary>
public sealed record ClosedLot(
    Guid LotId,
    DateTimeOffset OpenedAt,
    DateTimeOffset ClosedAt,
    decimal Quantity,
    decimal Cost,
    decimal Proceeds,
    decimal OpeningFees,
    decimal ClosingFees,
    bool IsShort
)
{
    public decimal Gain => Proceeds - Cost;
    public decimal TaxCost => Cost + (IsShort ? ClosingFees : OpeningFees);
    public decimal TaxProceeds => Proceeds - (IsShort ? OpeningFees : ClosingFees);
    public Term Term => IsShort ? Term.ShortTerm : HoldingPeriod.TermOf(OpenedAt, ClosedAt);
}

/// <summary>What an entry did to the lots.</summary>
/// <param name="Closed">Sold: a gain or loss is realised.</param>
/// <param name="Transferred">Left for another account, at cost.</param>
public sealed record Booked(IReadOnlyList<Lot> Opened, IReadOnlyList<ClosedLot> Closed, IReadOnlyList<ClosedLot> Transferred)
{
    public static readonly Booked Nothing = new([], [], []);

    /// <summary>Null where nothing was sold.</summary>
    public decimal? RealizedPnl => Closed.Count == 0 ? null : Closed.Sum(c => c.Gain);
}

/// <summary>US tax law's two holding periods: short is up to one year, long is more than one.</summary>
public enum Term { ShortTerm, LongTerm }

public static class HoldingPeriod
{
    /// <summary>
    /// The period begins on the day after the purchase; on the same day of the following year it is more than one year (IRS Pub. 544,
    /// "Holding period"). Days are UTC.
    /// </summary>
    public static Term TermOf(DateOnly acquired, DateOnly sold) =>
        sold > acquired.AddYears(1) && sold >= acquired.AddDays(1).AddYears(1) ? Term.LongTerm : Term.ShortTerm;

    internal static Term TermOf(DateTimeOffset acquired, DateTimeOffset sold) =>
        TermOf(DateOnly.FromDateTime(acquired.UtcDateTime), DateOnly.FromDateTime(sold.UtcDateTime));
}
