using AgentInvest.Finance.Lots;

namespace AgentInvest.Finance.Performance;

/// <summary>
/// Daily valuation of a book and the returns that follow from it. A day's return is (V + out) ÷ (V₋₁ + in) − 1: what comes in counts from
/// the start of its day, what goes out until its end. Prices are carried forward; an instrument without any counts at its last traded
/// price.
/// </summary>
/// <remarks>
/// A book day by day from its first entry on, computed once: any range is answered from it, and a change of the ledger recomputes only from
/// its day on. It never changes and may be kept and shared between threads; a copy of the running state is kept at each month's end, which
/// is where a range or a change resumes.
/// </remarks>
public sealed class BookTimeline
{
    private readonly IReadOnlyList<LedgerEntry> _entries;
    private readonly MarketHistory _market;
    private readonly bool _tracksCash;
    private readonly List<DayFigures> _days;
    private readonly List<TimelineState> _kept;
    private readonly TimelineState _last;

    private BookTimeline(
        IReadOnlyList<LedgerEntry> ordered,
        MarketHistory market,
        bool tracksCash,
        List<DayFigures> days,
        List<TimelineState> kept,
        DateOnly to
    )
    {
        (_entries, _market, _tracksCash, _days, _kept) = (ordered, market, tracksCash, days, kept);
        var state = kept[^1].Copy(market);
        while (state.Day < to)
        {
            days.Add(state.Step(ordered));
            if (state.Day.AddDays(1).Day == 1) kept.Add(state.Copy(market));
        }
        _last = state;
    }

    /// <summary>The day before the first entry: nothing is held yet.</summary>
    public DateOnly Begin => _kept[0].Day;

    public DateOnly End => _last.Day;

    /// <param name="ordered">All entries, in <see cref="LedgerEntry.Order"/>; those after <paramref name="to"/> do not count.</param>
    /// <param name="baseCurrency">Given, cash in other currencies and instruments priced in them are valued at each day's rate.</param>
    /// <exception cref="InsufficientQuantityException">More is sold than was held.</exception>
    public static BookTimeline Compute(
        IReadOnlyList<LedgerEntry> ordered,
        MarketHistory market,
        CostBasisMethod method,
        DateOnly to,
        string? baseCurrency = null
    )
    {
        var begin = (ordered.Count > 0 && ordered[0].Day <= to ? ordered[0].Day : to).AddDays(-1);
        var tracksCash = TracksCash(ordered, to);
        return new BookTimeline(ordered, market, tracksCash, [], [new TimelineState(method, baseCurrency, market, tracksCash, begin)], to);
    }

    /// <summary>
    /// The timeline of a ledger, or of market data, that differs from this one's on <paramref name="changedFrom"/> at the earliest: what
    /// was before is taken over. Also how a timeline is carried on to a later day.
    /// </summary>
    public BookTimeline Changed(IReadOnlyList<LedgerEntry> ordered, MarketHistory market, DateOnly changedFrom, DateOnly to)
    {
        var keep = _kept.FindLastIndex(s => s.Day < changedFrom && s.Day <= to);
        // The first deposit or the last one's reversal changes what the book is on all its days.
        if (keep < 0 || TracksCash(ordered, to) != _tracksCash || (ordered.Count > 0 && ordered[0].Day <= Begin))
            return Compute(ordered, market, _last.Book.Method, to, _last.Book.BaseCurrency);
        if (_last.Day < changedFrom && _last.Day <= to)
            return new BookTimeline(ordered, market, _tracksCash, [.. _days], [.. _kept, _last], to);
        var days = _kept[keep].Day.DayNumber - Begin.DayNumber;
        return new BookTimeline(ordered, market, _tracksCash, _days.GetRange(0, days), _kept.GetRange(0, keep + 1), to);
    }

    /// <param name="from">The range starts at the close of this day.</param>
    /// <param name="to">Not after <see cref="End"/>.</param>
    public PerformanceResult Performance(DateOnly from, DateOnly to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, _last.Day);
        // A book whose first deposit comes after the range does not track cash in it.
        if (_tracksCash && to < _last.Day && !TracksCash(_entries, to))
            return Compute(_entries, _market, _last.Book.Method, to, _last.Book.BaseCurrency).Performance(from, to);
        return new RangeReturns(from, to, At(from), to == _last.Day ? _last : At(to), Days(from, to), _tracksCash).Result();
    }

    /// <summary>The days after <paramref name="from"/>, and the start's own first.</summary>
    private List<DayFigures> Days(DateOnly from, DateOnly to)
    {
        var days = new List<DayFigures>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            var at = day.DayNumber - Begin.DayNumber - 1;
            days.Add(at >= 0 && at < _days.Count ? _days[at] : new DayFigures(day, 0, 0, 0, 0, 1, true, false));
        }
        return days;
    }

    private TimelineState At(DateOnly day)
    {
        var kept = _kept[Math.Max(0, _kept.FindLastIndex(s => s.Day <= day))];
        if (kept.Day >= day) return kept;
        var state = kept.Copy(_market);
        while (state.Day < day) state.Step(_entries);
        return state;
    }

    private static bool TracksCash(IReadOnlyList<LedgerEntry> entries, DateOnly to) =>
        entries.Any(e => e.Day <= to && e.Kind is (EntryKind.Deposit or EntryKind.Withdrawal));
}
