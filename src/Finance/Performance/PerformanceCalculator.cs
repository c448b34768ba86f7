using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Performance;

/// <summary>Prices of one instrument in base currency, ascending by day.</summary>
public sealed record PriceHistory(DateOnly[] Days, decimal[] Prices);

/// <summary>The book at the close of a day. <see cref="Twr"/> is since the start of the range; null from where it is not defined.</summary>
public sealed record PerformancePoint(DateOnly Date, decimal Value, decimal NetInvested, decimal? Twr);

/// <summary>Returns of a book over a range. Ratios are fractions; what is not defined is null with its reason in <see cref="Unavailable"/>.</summary>
public sealed record PerformanceResult(
    DateOnly From, DateOnly To, decimal Start, decimal End, decimal NetInvested, decimal AbsoluteGain, decimal? Twr, decimal? Xirr, decimal? Roai, decimal? Simple,
    decimal? AnnualizedTwr, IReadOnlyList<PerformancePoint> Series, IReadOnlyDictionary<string, string> Unavailable);

/// <summary>
/// Daily valuation and the returns that follow from it, in one pass over the days. A day's return is (V + out) ÷ (V₋₁ + in) − 1: what comes in counts from
/// the start of its day, what goes out until its end. Prices are carried forward; an instrument without any counts at its last traded price.
/// </summary>
public static class PerformanceCalculator
{
    /// <param name="ordered">All entries of the book, in <see cref="LedgerEntry.Order"/>; those after <paramref name="to"/> are left out.</param>
    /// <param name="from">The range starts at the close of this day.</param>
    public static PerformanceResult Compute(IReadOnlyList<LedgerEntry> ordered, IReadOnlyDictionary<string, PriceHistory> prices, CostBasisMethod method, DateOnly from, DateOnly to)
    {
        var tracksCash = ordered.Any(e => e.Day <= to && e.Kind is EntryKind.Deposit or EntryKind.Withdrawal);
        var book = new Book(method);
        var valuer = new Valuer(prices);
        var cash = 0m;
        var next = 0;
        for (; next < ordered.Count && ordered[next].Day <= from; next++)
        {
            book.Apply(ordered[next]);
            if (tracksCash) cash += ordered[next].CashFlow;
        }
        var run = new PerformanceRun(from, valuer.Value(book, from).Value + cash, tracksCash);
        for (var day = from.AddDays(1); day <= to; day = day.AddDays(1))
        {
            run.BeginDay(day, book.Cost);
            for (; next < ordered.Count && ordered[next].Day == day; next++)
            {
                book.Apply(ordered[next]);
                run.Add(ordered[next]);
                if (tracksCash) cash += ordered[next].CashFlow;
            }
            var (value, priced) = valuer.Value(book, day);
            run.EndDay(value + cash, priced || day == to);
        }
        return run.Result(to);
    }
}
