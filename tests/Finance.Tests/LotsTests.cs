using AgentInvest.Finance.Lots;
using FsCheck;
using FsCheck.Fluent;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class LotsTests
{
    [Fact]
    public void Fifo_cost_and_gain_of_a_published_example()
    {
        var book = Book.Replay([Buy("2020-01-02", "X", 109, 3149.20m / 109), Buy("2020-02-03", "X", 52, 1684.92m / 52), Sell("2020-03-02", "X", 15, 531.50m / 15)], CostBasisMethod.Fifo);
        var position = book.Positions["X"];
        Assert.Equal(4400.74m, Math.Round(position.Cost, 2));
        Assert.Equal(98.12m, Math.Round(position.RealizedPnl, 2));
        Assert.Equal(10199.26m, Math.Round(position.Quantity * 100 - position.Cost, 2));
    }

    [Theory]
    [InlineData(CostBasisMethod.Fifo, 733.33)]
    [InlineData(CostBasisMethod.Lifo, 844.43)]
    [InlineData(CostBasisMethod.Hifo, 844.43)]
    public void The_method_decides_which_lots_a_sale_closes(CostBasisMethod method, decimal cost)
    {
        var book = Book.Replay([Buy("2020-01-02", "X", 4, 100.00m), Buy("2020-01-03", "X", 5, 111.11m), Buy("2020-01-06", "X", 6, 122.22m)], method);
        var booked = book.Apply(Sell("2020-01-07", "X", 7, 130));
        Assert.Equal(cost, booked.Closed.Sum(c => c.Cost));
        Assert.Equal(7 * 130 - cost, booked.RealizedPnl);
    }

    [Fact]
    public void Selling_more_than_is_held_is_refused_and_changes_nothing()
    {
        var book = Book.Replay([Buy("2020-01-02", "X", 10, 5)], CostBasisMethod.Fifo);
        var refusal = Assert.Throws<InsufficientQuantityException>(() => book.Apply(Sell("2020-01-03", "X", 10.0000000001m, 6)));
        Assert.Equal((10m, 10.0000000001m), (refusal.Held, refusal.Asked));
        Assert.Equal((10m, 50m, 0m, 0m), (book.Positions["X"].Quantity, book.Cost, book.RealizedPnl, book.Fees));
        Assert.Throws<InsufficientQuantityException>(() => book.Apply(Sell("2020-01-03", "Y", 1, 6)));
    }

    [Fact]
    public void A_split_multiplies_shares_and_leaves_cost_and_value()
    {
        var book = Book.Replay([Buy("2020-01-02", "X", 100, 63.32m), Split("2020-02-03", "X", 2), Split("2020-03-02", "X", 7), Split("2020-04-01", "X", 4), Split("2020-05-01", "X", 0.1m)], CostBasisMethod.Fifo);
        Assert.Equal(560, book.Positions["X"].Quantity);
        Assert.Equal(6332, book.Positions["X"].Cost);
        Assert.Equal(6332, Math.Round(560 * book.Positions["X"].LastPrice, 8));
    }

    [Fact]
    public void Cash_moves_only_where_an_account_was_opened()
    {
        LedgerEntry[] trades = [Buy("2020-01-02", "X", 10, 10, fee: 1), Dividend("2020-02-03", "X", 5), Sell("2020-03-02", "X", 4, 12, fee: 1)];
        var untracked = Book.Replay(trades, CostBasisMethod.Fifo);
        Assert.Equal((0m, 101m - 5 - 47), (untracked.Cash, untracked.NetInvested));
        var tracked = Book.Replay([.. trades, Deposit("2020-04-01", 30), Withdrawal("2020-04-02", 10)], CostBasisMethod.Fifo);
        Assert.Equal((20m - 101 + 5 + 47, 20m), (tracked.Cash, tracked.NetInvested));
    }

    [Theory]
    [InlineData(CostBasisMethod.Fifo)]
    [InlineData(CostBasisMethod.Lifo)]
    [InlineData(CostBasisMethod.Hifo)]
    public void Lots_always_add_up_to_the_holding_and_gains_to_the_money(CostBasisMethod method) =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Kind, ushort Quantity, ushort Price)[]>(), trades =>
        {
            var book = new Book(method);
            foreach (var (kind, quantity, price) in trades)
            {
                var (q, p) = ((quantity + 1) / 7m, (price + 1) / 100m);
                var entry = (kind % 4) switch
                {
                    0 or 1 => Buy("2020-01-02", "X", decimal.Round(q, 10), p, fee: 0.5m),
                    2 => Sell("2020-01-02", "X", decimal.Round(q, 10), p, fee: 0.5m),
                    _ => Split("2020-01-02", "X", kind % 8 < 4 ? 2 : 0.5m),
                };
                try { book.Apply(entry); }
                catch (InsufficientQuantityException) { /* refused, as it must be */ }
                if (!book.Positions.TryGetValue("X", out var x)) continue;
                Assert.True(x.Quantity >= 0 && x.Lots.All(l => l.Remaining > 0));
                Assert.Equal(x.Quantity, x.Lots.Sum(l => l.Remaining));
                Assert.Equal((double)x.Cost, (double)x.Lots.Sum(l => l.Cost), 1e-6);
                // What was paid and not got back is what is held at cost, less what was gained, plus fees.
                Assert.Equal((double)(book.NetInvested - book.Fees), (double)(x.Cost - x.RealizedPnl), 1e-6);
            }
        }).QuickCheckThrowOnFailure();
}
