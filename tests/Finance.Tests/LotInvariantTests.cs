using AgentInvest.Finance.Lots;
using FsCheck;
using FsCheck.Fluent;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

/// <summary>What holds for any books whatever is booked in whatever order. Equality is exact: no part of a cent is made or lost.</summary>
public sealed class LotInvariantTests
{
    [Theory]
    [InlineData(CostBasisMethod.Fifo)]
    [InlineData(CostBasisMethod.Lifo)]
    [InlineData(CostBasisMethod.Hifo)]
    [InlineData(CostBasisMethod.Average)]
    [InlineData(CostBasisMethod.Specific)]
    public void Lots_add_up_to_the_holdings_and_gains_to_the_money(CostBasisMethod method) => ForAnyBooks(drafts =>
    {
        var book = new Book(method);
        foreach (var entry in drafts)
        {
            var before = State(book);
            try { book.Apply(entry); }
            catch (InsufficientQuantityException) { Assert.Equal(before, State(book)); }
            Holds(book);
        }
    });

    [Fact]
    public void Short_positions_add_up_as_well() => ForAnyBooks(drafts =>
    {
        var book = new Book(CostBasisMethod.Hifo, allowShort: true);
        foreach (var entry in drafts.Where(e => e.Kind is EntryKind.Buy or EntryKind.Sell or EntryKind.Dividend))
        {
            book.Apply(entry);
            Adds(book);
        }
    });

    [Fact]
    public void The_order_of_booking_does_not_matter() => ForAnyBooks(drafts =>
    {
        var accepted = Accepted(drafts, CostBasisMethod.Hifo);
        var once = State(Book.Replay(Sorted(accepted), CostBasisMethod.Hifo));
        Assert.Equal(once, State(Book.Replay(Sorted(accepted.OrderBy(e => e.Id)), CostBasisMethod.Hifo)));
    });

    [Fact]
    public void A_reversal_restores_the_books_exactly() => ForAnyBooks(drafts =>
    {
        var accepted = Accepted(drafts, CostBasisMethod.Hifo);
        var once = State(Book.Replay(Sorted(accepted), CostBasisMethod.Hifo));
        var wrong = Deposit("2020-01-15", 77);
        Assert.NotEqual(once, State(Book.Replay(Sorted(accepted.Append(wrong)), CostBasisMethod.Hifo)));
        Assert.Equal(once, State(Book.Replay(Sorted(accepted.Append(wrong).Where(e => e != wrong)), CostBasisMethod.Hifo)));
    });

    [Fact]
    public void A_copy_goes_its_own_way() => ForAnyBooks(drafts =>
    {
        var accepted = Accepted(drafts, CostBasisMethod.Average);
        var book = new Book(CostBasisMethod.Average);
        var copies = new List<(Book Copy, string State)>();
        foreach (var entry in accepted)
        {
            copies.Add((book.Copy(), State(book)));
            book.Apply(entry);
        }
        for (var i = 0; i < copies.Count; i++)
        {
            Assert.Equal(copies[i].State, State(copies[i].Copy));
            foreach (var entry in accepted.Skip(i)) copies[i].Copy.Apply(entry);
            Assert.Equal(State(book), State(copies[i].Copy));
        }
    }, 20);

    [Fact]
    public void Wash_sales_never_lose_a_loss() =>
        ForAnyBooks(drafts =>
        {
            // Shares that leave take their deferred loss with them.
            var accepted = Accepted(drafts.Where(e => e.Kind != EntryKind.TransferOut), CostBasisMethod.Fifo);
            var book = Book.Replay(accepted, CostBasisMethod.Fifo);
            var plain = RealizedGain.Of(accepted, CostBasisMethod.Fifo);
            var result = WashSales.Compute(accepted, CostBasisMethod.Fifo);
            Assert.All(result.Gains, g => Assert.InRange(g.Disallowed, 0, Math.Max(0, -g.Gain)));
            // What is disallowed is either still in an open lot or has come back as cost of one that was sold.
            Assert.Equal(
                plain.Sum(g => g.Gain),
                result.Gains.Sum(g => g.Taxable) - (result.OpenLots.Sum(l => l.Cost) - book.Positions.Values.Sum(p => p.Cost + p.Fees))
            );
            Assert.Equal(book.Positions.Values.Sum(p => p.Quantity), result.OpenLots.Sum(l => l.Quantity));
        });

    [Fact]
    public void Uk_matching_accounts_for_all_shares_and_all_cost() =>
        ForAnyBooks(drafts =>
        {
            var accepted = Accepted(
                    drafts.Where(e => e.Kind is EntryKind.Buy or EntryKind.Sell or EntryKind.TransferOut),
                    CostBasisMethod.Fifo
                )
                .Where(e => e.Kind != EntryKind.TransferOut)
                .ToList();
            var result = UkMatching.Compute(accepted);
            var bought = accepted.Where(e => e.Kind == EntryKind.Buy).Sum(e => -e.CashFlow);
            var sold = accepted.Where(e => e.Kind == EntryKind.Sell).Sum(e => e.CashFlow);
            Assert.Equal(
                (bought, sold),
                (result.Gains.Sum(g => g.Cost) + result.Pools.Sum(p => p.Cost), result.Gains.Sum(g => g.Proceeds))
            );
            Assert.Equal(
                Book.Replay(accepted, CostBasisMethod.Fifo).Positions.Values.Sum(p => p.Quantity),
                result.Pools.Sum(p => p.Quantity)
            );
        });

    private static void Holds(Book book)
    {
        foreach (var p in book.Positions.Values)
        {
            Assert.True(p.Quantity >= 0 && p.Lots.All(l => l.Remaining > 0 && l.Cost >= 0 && l.Fees >= 0));
            Assert.Equal(p.Lots.OrderBy(l => l.OpenedAt).Select(l => l.Id), p.Lots.Select(l => l.Id));
        }
        Adds(book);
    }

    private static void Adds(Book book)
    {
        foreach (var p in book.Positions.Values)
            Assert.Equal(
                (p.Quantity, p.Cost, p.CostLocal, p.Fees),
                (p.Lots.Sum(l => l.Remaining), p.Lots.Sum(l => l.Cost), p.Lots.Sum(l => l.CostLocal), p.Lots.Sum(l => l.Fees))
            );
        Assert.Equal(
            (book.Cost, book.RealizedPnl),
            (book.Positions.Values.Sum(p => p.Cost), book.Positions.Values.Sum(p => p.RealizedPnl))
        );
        // Valued at cost, absolute gain is what has come out and is held less what was put in.
        var gain = book.RealizedPnl + book.Dividends + book.Interest - book.Fees - book.Taxes;
        Assert.Equal(book.Cost + book.Cash - book.NetInvested, gain);
    }

    private static string State(Book book) =>
        string.Join(
            '\n',
            book.Positions.Values.Where(p => p.Quantity != 0)
                .OrderBy(p => p.Symbol)
                .Select(p => string.Join(' ', p.Lots) + p.RealizedPnl / 1.0000000000000000000m)
        )
        + string.Join(
            ' ',
            new[] { book.Cash, book.NetInvested, book.RealizedPnl, book.Dividends, book.Fees, book.Taxes, book.Cost }.Select(v =>
                v / 1.0000000000000000000m
            )
        );

    private static List<LedgerEntry> Sorted(IEnumerable<LedgerEntry> entries)
    {
        var sorted = entries.ToList();
        sorted.Sort(LedgerEntry.Order);
        return sorted;
    }

    private static List<LedgerEntry> Accepted(IEnumerable<LedgerEntry> drafts, CostBasisMethod method)
    {
        var book = new Book(method);
        return Sorted(drafts).Where(e =>
        {
            try { book.Apply(e); return true; }
            catch (InsufficientQuantityException) { return false; }
        }).ToList();
    }

    internal static void ForAnyBooks(Action<List<LedgerEntry>> holds, int tests = 100) =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<(byte Kind, byte Day, ushort Quantity, ushort Price)[]>(),
                drafts => holds(drafts.Select(Draft).ToList())
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(tests));

    private static LedgerEntry Draft((byte Kind, byte Day, ushort Quantity, ushort Price) draft)
    {
        var day = Day("2020-01-01").AddDays(draft.Day).ToString("yyyy-MM-dd");
        var symbol = draft.Kind % 3 == 0 ? "Y" : "X";
        var (quantity, price) = (decimal.Round((draft.Quantity % 500 + 1) / 7m, 10), (draft.Price + 1) / 97m);
        return (draft.Kind % 16) switch
        {
            <= 5 => Buy(day, symbol, quantity, price, fee: 0.37m),
            <= 9 => Sell(day, symbol, quantity, price, fee: 0.53m),
            10 => Split(day, symbol, draft.Price % 2 == 0 ? 3 : 0.1m) with { Amount = draft.Price % 3 },
            11 => ReturnOfCapital(day, symbol, draft.Quantity % 90),
            12 => TransferIn(day, symbol, quantity, price, draft.Price % 2 == 0 ? "2019-05-01" : null),
            13 => TransferOut(day, symbol, quantity),
            14 => Spinoff(day, symbol, "Z", 1m / (draft.Price % 9 + 1), draft.Price % 100 / 100m, draft.Quantity % 3),
            _ => draft.Price % 4 == 0
                ? Merger(day, symbol, "Z", 0.3m, draft.Quantity % 700, draft.Price % 8 == 0 ? 1 : 0.6m)
                : Dividend(day, symbol, draft.Quantity / 100m),
        };
    }
}
