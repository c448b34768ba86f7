using AgentInvest.Finance.Lots;
using FsCheck;
using FsCheck.Fluent;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class LotsTests
{
    [Theory]
    [InlineData(CostBasisMethod.Fifo, 4400.74, 98.12, 10199.26)]
    [InlineData(CostBasisMethod.Average, 4383.74, 81.12, 10216.26)]
    public void Cost_and_gain_of_a_published_example(CostBasisMethod method, decimal cost, decimal realized, decimal unrealized)
    {
        var position = Book.Replay(
            [
                Buy("2020-01-02", "X", 109, 3149.20m / 109),
                Buy("2020-02-03", "X", 52, 1684.92m / 52),
                Sell("2020-03-02", "X", 15, 531.50m / 15),
            ],
            method
        ).Positions["X"];
        Assert.Equal(
            (cost, realized, unrealized),
            (Math.Round(position.Cost, 2), Math.Round(position.RealizedPnl, 2), Math.Round(position.Quantity * 100 - position.Cost, 2))
        );
        Assert.Equal(position.Cost, position.Lots.Sum(l => l.Cost));
    }

    [Theory]
    [InlineData(CostBasisMethod.Fifo, 733.33)]
    [InlineData(CostBasisMethod.Lifo, 844.43)]
    [InlineData(CostBasisMethod.Hifo, 844.43)]
    [InlineData(CostBasisMethod.Average, 7 * 1688.87 / 15)]
    public void The_method_decides_which_lots_a_sale_closes(CostBasisMethod method, decimal cost)
    {
        var book = Book.Replay(
            [Buy("2020-01-02", "X", 4, 100.00m), Buy("2020-01-03", "X", 5, 111.11m), Buy("2020-01-06", "X", 6, 122.22m)],
            method
        );
        var booked = book.Apply(Sell("2020-01-07", "X", 7, 130));
        Assert.Equal((double)cost, (double)booked.Closed.Sum(c => c.Cost), 1e-10);
        Assert.Equal(7 * 130 - booked.Closed.Sum(c => c.Cost), booked.RealizedPnl);
    }

    [Fact]
    public void Selling_more_than_is_held_is_refused()
    {
        var book = Book.Replay([Buy("2020-01-02", "X", 10, 5)], CostBasisMethod.Fifo);
        var refusal = Assert.Throws<InsufficientQuantityException>(() => book.Apply(Sell("2020-01-03", "X", 10.0000000001m, 6)));
        Assert.Equal((10m, 10.0000000001m), (refusal.Held, refusal.Asked));
        Assert.Equal((10m, 50m, 0m, 0m), (book.Positions["X"].Quantity, book.Cost, book.RealizedPnl, book.Fees));
        Assert.Throws<InsufficientQuantityException>(() => book.Apply(Sell("2020-01-03", "Y", 1, 6)));
    }

    [Fact]
    public void A_backdated_sale_that_leaves_too_little_for_a_later_one_is_refused()
    {
        LedgerEntry[] book = [Buy("2020-01-02", "X", 10, 5), Buy("2020-01-03", "Y", 1, 5), Sell("2020-03-02", "X", 8, 6)];
        var refusal = Assert.Throws<InsufficientQuantityException>(() =>
            Book.Replay([book[0], book[1], Sell("2020-02-03", "X", 3, 6), book[2]], CostBasisMethod.Fifo)
        );
        Assert.Equal((7m, 8m, book[2].ExecutedAt), (refusal.Held, refusal.Asked, refusal.At));
    }

    [Fact]
    public void Money_beyond_what_can_be_kept_exactly_is_refused()
    {
        var book = Book.Replay([Buy("2020-01-02", "X", 10, 5)], CostBasisMethod.Fifo);
        Assert.Throws<OverflowException>(() => book.Apply(Buy("2020-01-03", "X", 1e10m, 1e6m)));
        Assert.Throws<OverflowException>(() => book.Apply(Buy("2020-01-03", "X", 1e18m, 1e18m)));
        Assert.Equal((10m, 50m, 50m), (book.QuantityOf("X"), book.Cost, book.NetInvested));
    }

    [Fact]
    public void A_split_multiplies_shares_at_the_same_cost()
    {
        var book = Book.Replay(
            [
                Buy("2020-01-02", "X", 100, 63.32m),
                Split("2020-02-03", "X", 2),
                Split("2020-03-02", "X", 7),
                Split("2020-04-01", "X", 4),
                Split("2020-05-01", "X", 0.1m),
            ],
            CostBasisMethod.Fifo
        );
        Assert.Equal(560, book.Positions["X"].Quantity);
        Assert.Equal(6332, book.Positions["X"].Cost);
        Assert.Equal(6332, Math.Round(560 * book.Positions["X"].LastPrice, 8));
    }

    [Fact]
    public void Cash_moves_only_where_an_account_was_opened()
    {
        LedgerEntry[] trades =
        [
            Buy("2020-01-02", "X", 10, 10, fee: 1),
            Dividend("2020-02-03", "X", 5),
            Sell("2020-03-02", "X", 4, 12, fee: 1),
        ];
        var untracked = Book.Replay(trades, CostBasisMethod.Fifo);
        Assert.Equal((0m, 101m - 5 - 47), (untracked.Cash, untracked.NetInvested));
        var tracked = Book.Replay([.. trades, Deposit("2020-04-01", 30), Withdrawal("2020-04-02", 10)], CostBasisMethod.Fifo);
        Assert.Equal((20m - 101 + 5 + 47, 20m), (tracked.Cash, tracked.NetInvested));
    }

    [Fact]
    public void Only_a_purchase_recomputes_the_average()
    {
        var book = Book.Replay(
            [Buy("2020-01-02", "X", 10, 10), Sell("2020-01-03", "X", 5, 20), Buy("2020-01-06", "X", 5, 20)],
            CostBasisMethod.Average
        );
        Assert.Equal((150m, 50m), (book.Positions["X"].Cost, book.RealizedPnl));
        Assert.Equal(new[] { 75m, 75m }, book.Positions["X"].Lots.Select(l => l.Cost));
    }

    [Fact]
    public void A_sale_may_name_its_lots()
    {
        LedgerEntry[] buys = [Buy("2020-01-02", "X", 10, 10), Buy("2020-01-03", "X", 10, 20), Buy("2020-01-06", "X", 10, 30)];
        var book = Book.Replay(buys, CostBasisMethod.Specific);
        var booked = book.Apply(Sell("2020-02-03", "X", 15, 40) with { LotIds = [buys[2].Id, buys[0].Id] });
        Assert.Equal([(buys[2].Id, 10m, 300m), (buys[0].Id, 5m, 50m)], booked.Closed.Select(c => (c.LotId, c.Quantity, c.Cost)));
        var refusal = Assert.Throws<InsufficientQuantityException>(() =>
            book.Apply(Sell("2020-02-04", "X", 6, 40) with { LotIds = [buys[0].Id, buys[2].Id, Guid.NewGuid()] })
        );
        Assert.Equal((5m, 15m), (refusal.Held, book.QuantityOf("X")));
        Assert.Equal(buys[0].Id, book.Apply(Sell("2020-02-04", "X", 5, 40)).Closed.Single().LotId);
    }

    [Fact]
    public void Fees_are_part_of_the_cost_for_tax_only()
    {
        var closed = Book.Replay([Buy("2020-01-02", "X", 10, 10, fee: 3)], CostBasisMethod.Fifo)
            .Apply(Sell("2020-01-03", "X", 4, 12, fee: 1))
            .Closed.Single();
        Assert.Equal((40m, 48m, 8m), (closed.Cost, closed.Proceeds, closed.Gain));
        Assert.Equal((41.2m, 47m, 5.8m), (closed.TaxCost, closed.TaxProceeds, closed.TaxProceeds - closed.TaxCost));
    }

    [Fact]
    public void A_purchase_closes_the_short_position_that_a_sale_of_more_than_is_held_opened()
    {
        var book = new Book(CostBasisMethod.Fifo, allowShort: true);
        book.Apply(Buy("2020-01-02", "X", 10, 10));
        var booked = book.Apply(Sell("2020-01-03", "X", 15, 12, fee: 3));
        Assert.Equal((20m, -5m, -60m), (booked.RealizedPnl, book.QuantityOf("X"), book.Cost));
        var back = book.Apply(Buy("2020-01-06", "X", 7, 11, fee: 7));
        Assert.Equal((5m, 2m, 22m, 25m), (back.RealizedPnl, book.QuantityOf("X"), book.Cost, book.RealizedPnl));
        Assert.Equal(
            (60m - 1m, 55m + 5m, Term.ShortTerm),
            (back.Closed.Single().TaxProceeds, back.Closed.Single().TaxCost, back.Closed.Single().Term)
        );
    }

    [Fact]
    public void What_a_currency_balance_lacks_is_changed_from_base_at_the_rate_of_the_payment()
    {
        var book = Book.Replay(
            [
                Deposit("2020-01-02", 1000),
                Deposit("2020-01-02", 200) with
                {
                    Currency = "EUR",
                    FxRate = 1.1m,
                },
                Buy("2020-01-03", "X", 10, 50) with
                {
                    Currency = "EUR",
                    FxRate = 1.2m,
                },
            ],
            CostBasisMethod.Fifo,
            "USD"
        );
        Assert.Equal([("EUR", 0m), ("USD", 640m)], book.CashBalances.Select(b => (b.Key, b.Value)));
        // 200 EUR that came at 1.1 were spent at 1.2.
        Assert.Equal(20m, book.CashBalances["USD"] - book.Cash);
    }

    [Theory]
    [InlineData("2013-01-08", "2014-01-08", Term.ShortTerm)]
    [InlineData("2013-01-08", "2014-01-09", Term.LongTerm)]
    [InlineData("2019-02-28", "2020-02-29", Term.ShortTerm)] // the last of a month to the last of a month is a year, and no more
    [InlineData("2020-02-29", "2021-02-28", Term.ShortTerm)]
    [InlineData("2020-02-29", "2021-03-01", Term.LongTerm)]
    public void A_holding_period_is_long_after_more_than_a_year(string acquired, string sold, Term term) =>
        Assert.Equal(term, HoldingPeriod.TermOf(Day(acquired), Day(sold)));
}
