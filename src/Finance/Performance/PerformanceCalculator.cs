using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Performance;

/// <summary>
/// Daily valuation and the returns that follow from it, in one pass over the days. A day's return is (V + out) ÷ (V₋₁ + in) − 1: what comes
/// in counts from the start of its day, what goes out until its end. Prices are carried forward; an instrument without any counts at its
/// last traded price.
/// </summary>
public static class PerformanceCalculator
{
    /// <param name="ordered">All entries of the book, in <see cref="LedgerEntry.Order"/>; those after <paramref name="to"/> are left
    /// out.</param>
    /// <param name="from">The range starts at the close of this day.</param>
    public static PerformanceResult Compute(
        IReadOnlyList<LedgerEntry> ordered,
        IReadOnlyDictionary<string, PriceHistory> prices,
        CostBasisMethod method,
        DateOnly from,
        DateOnly to
    ) => BookTimeline.Compute(ordered, MarketHistory.InBase(prices), method, to).Performance(from, to);
}
