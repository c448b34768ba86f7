using AgentInvest.Finance.Lots;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class CorporateActionTests
{
    [Fact]
    public void A_reverse_split_pays_the_fraction_in_cash()
    {
        // 105 shares at 1 for 10 are 10.5: half a share is sold for 12.
        var book = Book.Replay([Buy("2020-01-02", "X", 105, 2)], CostBasisMethod.Fifo);
        var booked = book.Apply(Split("2020-02-03", "X", 0.1m) with { Amount = 12 });
        Assert.Equal(
            (0.5m, 10m, 12m, 2m),
            (booked.Closed.Single().Quantity, booked.Closed.Single().Cost, booked.Closed.Single().Proceeds, booked.RealizedPnl)
        );
        Assert.Equal((10m, 200m, 20m), (book.QuantityOf("X"), book.Cost, book.Positions["X"].LastPrice));
    }

    [Fact]
    public void A_spin_off_splits_each_lot_by_cost()
    {
        LedgerEntry[] buys = [Buy("2019-01-02", "X", 100, 10, fee: 4), Buy("2020-01-02", "X", 51, 20)];
        var book = Book.Replay(buys, CostBasisMethod.Fifo);
        var booked = book.Apply(Spinoff("2020-02-03", "X", "Y", 0.5m, 0.2m, inLieu: 5));
        Assert.Equal(
            [(50m, 200m, 0.8m, Day("2019-01-02")), (25.5m, 204m, 0m, Day("2020-01-02"))],
            booked.Opened.Select(l => (l.Remaining, l.Cost, l.Fees, DateOnly.FromDateTime(l.OpenedAt.UtcDateTime)))
        );
        Assert.Equal((75m, 151m), (book.QuantityOf("Y"), book.QuantityOf("X")));
        Assert.Equal((1616m, 402m, 3m), (book.Positions["X"].Cost, book.Positions["Y"].Cost, booked.RealizedPnl));
        Assert.Equal([buys[0].Id, buys[1].Id], book.Positions["X"].Lots.Select(l => l.Id));
        Assert.Empty(book.Positions["Y"].Lots.Select(l => l.Id).Intersect(book.Positions["X"].Lots.Select(l => l.Id)));
    }

    [Fact]
    public void A_merger_for_shares_keeps_lots_and_days()
    {
        var first = Buy("2019-01-02", "X", 100, 10);
        var book = Book.Replay([first, Buy("2019-06-03", "Y", 10, 50), Merger("2020-02-03", "X", "Y", 0.25m)], CostBasisMethod.Fifo);
        Assert.Equal((0m, 35m, 1500m), (book.QuantityOf("X"), book.QuantityOf("Y"), book.Cost));
        // The older lot goes first although it came later.
        Assert.Equal((first.Id, 400m), book.Apply(Sell("2020-03-02", "Y", 10, 60)).Closed.Select(c => (c.LotId, c.Cost)).Single());
    }

    [Fact]
    public void The_cash_of_a_merger_is_the_proceeds_of_a_sale()
    {
        var cash = Book.Replay([Buy("2019-01-02", "X", 100, 10)], CostBasisMethod.Fifo)
            .Apply(Merger("2020-02-03", "X", null, 0, amount: 1300));
        Assert.Equal((300m, 100m, Term.LongTerm), (cash.RealizedPnl, cash.Closed.Single().Quantity, cash.Closed.Single().Term));
        var book = Book.Replay([Buy("2019-01-02", "X", 100, 10)], CostBasisMethod.Fifo);
        Assert.Equal(50m, book.Apply(Merger("2020-02-03", "X", "Y", 0.5m, amount: 450, costFraction: 0.6m)).RealizedPnl);
        Assert.Equal((50m, 600m), (book.QuantityOf("Y"), book.Cost));
    }

    [Fact]
    public void Capital_returned_is_a_gain_only_beyond_the_cost()
    {
        var book = Book.Replay([Buy("2020-01-02", "X", 100, 1), Buy("2020-01-03", "X", 100, 10)], CostBasisMethod.Fifo);
        var booked = book.Apply(ReturnOfCapital("2020-06-01", "X", 400));
        Assert.Equal([0m, 800m], book.Positions["X"].Lots.Select(l => l.Cost));
        Assert.Equal((100m, 100m), (booked.RealizedPnl, book.RealizedPnl));
    }

    [Fact]
    public void Transfers_keep_cost_and_days_and_realise_nothing()
    {
        var book = Book.Replay(
            [Buy("2020-01-02", "X", 10, 30), TransferIn("2020-06-01", "X", 10, 12, acquired: "2015-03-02")],
            CostBasisMethod.Fifo
        );
        Assert.Equal((420m, 420m, 0m), (book.Cost, book.NetInvested, book.Cash));
        var left = book.Apply(TransferOut("2020-07-01", "X", 15));
        Assert.Equal([120m, 150m], left.Transferred.Select(l => l.Cost));
        Assert.Equal((null, 150m, 150m, 0m), (left.RealizedPnl, book.Cost, book.NetInvested, book.RealizedPnl));
        Assert.Throws<InsufficientQuantityException>(() => book.Apply(TransferOut("2020-07-02", "X", 6)));
    }
}
