using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Performance;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

/// <summary>What holds for any books over any days, and that a timeline that is carried on is the one computed anew.</summary>
public sealed class TimelineTests
{
    private static readonly DateOnly Last = Day("2020-10-31");

    private static readonly MarketHistory Market = new(
        new Dictionary<string, PriceHistory> { ["X"] = Wave(40, 7, null), ["Y"] = Wave(90, 11, "EUR") },
        new Dictionary<string, PriceHistory> { ["EUR"] = Wave(1.1m, 17, null) });

    [Fact]
    public void The_parts_of_a_gain_add_up_to_it() =>
        LotInvariantTests.ForAnyBooks(
            drafts =>
            {
                foreach (var tracked in new[] { false, true })
                {
                    var (book, timeline) = Books(drafts, tracked);
                    foreach (var (from, to) in new[] { (timeline.Begin, Last), (Day("2020-03-15"), Day("2020-08-10")) })
                    {
                        var r = timeline.Performance(from, to);
                        var p = r.Parts;
                        Assert.Equal(
                            (double)r.AbsoluteGain,
                            (double)(p.Price + p.Fx + p.Dividends + p.Interest - p.Fees - p.Taxes + p.CashFx + p.Transferred),
                            1e-9
                        );
                        Assert.Equal(r.End - r.Start - r.NetInvested, r.AbsoluteGain);
                        if (r.Twr is { } twr && r.CashContribution is { } cash)
                            Assert.Equal(
                                (double)twr,
                                r.Contributions.Sum(c => c.Contribution!.Value) + cash,
                                1e-6 * Math.Max(1, (double)twr)
                            );
                    }
                    // The same from the ledger alone: realised + unrealised + income − fees − taxes, and what rates did to cash.
                    var whole = timeline.Performance(timeline.Begin, Last);
                    var end = Book.Replay(book.Where(e => e.Day <= Last), CostBasisMethod.Hifo, "USD");
                    var unrealized = whole.End - (tracked ? end.Cash + whole.Parts.CashFx : 0) - end.Cost;
                    Assert.Equal(
                        (double)(end.RealizedPnl + unrealized + end.Dividends + end.Interest - end.Fees - end.Taxes + whole.Parts.CashFx),
                        (double)whole.AbsoluteGain,
                        1e-9
                    );
                }
            },
            40
        );

    [Fact]
    public void Every_day_is_valued_by_the_ledger_up_to_it_at_its_prices() =>
        LotInvariantTests.ForAnyBooks(
            drafts =>
            {
                var (book, timeline) = Books(
                    drafts
                        .Where(e =>
                            e.Kind is EntryKind.Buy or EntryKind.Sell or EntryKind.Dividend or EntryKind.ReturnOfCapital or EntryKind.Split
                        )
                        .ToList(),
                    tracked: true
                );
                var (before, growth) = (0m, (decimal?)1);
                for (var day = timeline.Begin.AddDays(1); day <= Last; day = day.AddDays(1))
                {
                    var soFar = Book.Replay(book.TakeWhile(e => e.Day <= day), CostBasisMethod.Fifo, "USD");
                    var value = soFar.Positions.Values.Sum(p =>
                        p.Quantity * Market.Prices[p.Symbol].On(day)!.Value * (p.Symbol == "Y" ? Market.Rates["EUR"].On(day)!.Value : 1)
                    );
                    var flows = book.Where(e => e.Day == day && e.Kind is (EntryKind.Deposit or EntryKind.Withdrawal))
                        .Select(e => e.CashFlow)
                        .ToList();
                    value += soFar.CashBalances.Sum(b => b.Key == "EUR" ? b.Value * Market.Rates["EUR"].On(day)!.Value : b.Value);
                    var basis = before + flows.Where(f => f > 0).Sum();
                    growth =
                        basis > 0 ? growth * (value - flows.Where(f => f < 0).Sum()) / basis
                        : basis == 0 && value == 0 ? growth
                        : null;
                    before = value;
                    if (day.Day % 9 != 0)
                        continue;
                    var range = timeline.Performance(timeline.Begin, day);
                    Assert.Equal((double)value, (double)range.End, 1e-9);
                    Assert.Equal((double?)growth - 1 ?? double.NaN, (double?)range.Twr ?? double.NaN, 1e-9);
                }
            },
            15
        );

    [Fact]
    public void A_backdated_entry_or_a_reversal_leads_to_the_timeline_computed_anew() =>
        LotInvariantTests.ForAnyBooks(
            drafts =>
            {
                var (book, full) = Books(drafts, tracked: true);
                for (var i = 1; i < book.Count; i += 3)
                {
                    var without = book.Where((_, at) => at != i).ToList();
                    BookTimeline shorter;
                    try
                    {
                        shorter = BookTimeline.Compute(without, Market, CostBasisMethod.Hifo, Day("2020-09-20"), "USD");
                    }
                    catch (InsufficientQuantityException)
                    {
                        continue;
                    }
                    Same(full, shorter.Changed(book, Market, book[i].Day, Last));
                    Same(
                        BookTimeline.Compute(without, Market, CostBasisMethod.Hifo, Last, "USD"),
                        full.Changed(without, Market, book[i].Day, Last)
                    );
                }
                Same(
                    full,
                    BookTimeline
                        .Compute(book, Market, CostBasisMethod.Hifo, Day("2020-05-17"), "USD")
                        .Changed(book, Market, Day("2020-05-18"), Last)
                );
            },
            15
        );

    [Fact]
    public void A_range_is_the_same_whatever_month_it_resumes_from()
    {
        LedgerEntry[] book =
        [
            Buy("2020-01-10", "X", 10, 40),
            Buy("2020-02-10", "Y", 5, 90) with
            {
                Currency = "EUR",
                FxRate = 1.1m,
            },
            Sell("2020-04-06", "X", 4, 41),
        ];
        var timeline = BookTimeline.Compute(book, Market, CostBasisMethod.Fifo, Last, "USD");
        var parts = Enumerable
            .Range(0, 200)
            .Select(i => timeline.Performance(Day("2020-02-20").AddDays(i), Day("2020-02-21").AddDays(i)))
            .ToList();
        var whole = timeline.Performance(Day("2020-02-20"), Day("2020-02-20").AddDays(200));
        Assert.Equal((double)(1 + whole.Twr!.Value), parts.Aggregate(1.0, (g, p) => g * (double)(1 + p.Twr!.Value)), 1e-12);
        Assert.Equal(whole.AbsoluteGain, parts.Sum(p => p.AbsoluteGain));
        Assert.Equal(whole.Parts.Fx, parts.Sum(p => p.Parts.Fx));
    }

    [Fact]
    public void Before_its_first_deposit_a_book_does_not_track_cash()
    {
        LedgerEntry[] book = [Buy("2020-01-10", "X", 10, 40), Deposit("2020-06-01", 1000)];
        var timeline = BookTimeline.Compute(book, Market, CostBasisMethod.Fifo, Last, "USD");
        Assert.Equal(400m, timeline.Performance(timeline.Begin, Day("2020-05-01")).NetInvested);
        Assert.Equal(1000m, timeline.Performance(timeline.Begin, Last).NetInvested);
    }

    private static (List<LedgerEntry> Book, BookTimeline Timeline) Books(List<LedgerEntry> drafts, bool tracked)
    {
        var book = new Book(CostBasisMethod.Hifo);
        var sorted = drafts.Select(e => e.Symbol == "Y" ? e with { Currency = "EUR", FxRate = 1.15m } : e).ToList();
        if (tracked)
            sorted.AddRange([
                Deposit("2020-01-01", 5000),
                Deposit("2020-02-11", 500) with
                {
                    Currency = "EUR",
                    FxRate = 1.08m,
                },
                Withdrawal("2020-07-02", 40),
            ]);
        sorted.Sort(LedgerEntry.Order);
        var accepted = sorted.Where(e =>
        {
            try { book.Apply(e); return true; }
            catch (InsufficientQuantityException) { return false; }
        }).ToList();
        return (accepted, BookTimeline.Compute(accepted, Market, CostBasisMethod.Hifo, Last, "USD"));
    }

    private static void Same(BookTimeline expected, BookTimeline actual)
    {
        Assert.Equal(expected.Begin, actual.Begin);
        foreach (var (from, to) in new[] { (expected.Begin, Last), (Day("2020-04-30"), Day("2020-08-10")), (Day("2020-07-07"), Last) })
        {
            var (a, b) = (expected.Performance(from, to), actual.Performance(from, to));
            Assert.Equal(a.Series, b.Series);
            Assert.Equal(a.Flows, b.Flows);
            Assert.Equal(a.Contributions, b.Contributions);
            Assert.Equal(
                (a.Parts, a.Twr, a.Xirr, a.Roai, a.Simple, a.CashContribution),
                (b.Parts, b.Twr, b.Xirr, b.Roai, b.Simple, b.CashContribution)
            );
        }
    }

    /// <summary>A price for every working day, up and down.</summary>
    private static PriceHistory Wave(decimal around, int length, string? currency)
    {
        var days = Enumerable
            .Range(0, 400)
            .Select(i => Day("2019-12-02").AddDays(i))
            .Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            .ToArray();
        return new PriceHistory(days, days.Select((_, i) => Math.Round(around * (1 + i % length / 100m), 4)).ToArray(), currency);
    }
}
