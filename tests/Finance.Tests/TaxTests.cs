using AgentInvest.Finance.Lots;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class TaxTests
{
    [Fact]
    public void A_wash_sale_as_in_Publication_550()
    {
        var result = WashSales.Compute(
            [
                Buy("2013-09-26", "X", 100, 50),
                Buy("2013-12-19", "X", 50, 55),
                Buy("2013-12-27", "X", 25, 45),
                Sell("2014-01-09", "X", 100, 40),
            ],
            CostBasisMethod.Fifo
        );
        var sale = result.Gains.Single();
        Assert.Equal((-1000m, 750m, -250m, Term.ShortTerm), (sale.Gain, sale.Disallowed, sale.Taxable, sale.Term));
        Assert.Equal([(50m, 3250m), (25m, 1375m)], result.OpenLots.Select(l => (l.Quantity, l.Cost)));
        // 105 days held before the sale count for the replacements as well.
        Assert.Equal([Day("2013-12-19").AddDays(-105), Day("2013-12-27").AddDays(-105)], result.OpenLots.Select(l => l.AcquiredOn));
    }

    [Fact]
    public void A_deferred_loss_moves_to_its_replacement_with_the_holding_period()
    {
        var result = WashSales.Compute(
            [
                Buy("2020-01-02", "X", 10, 100),
                Sell("2020-12-01", "X", 10, 60),
                Buy("2020-12-31", "X", 10, 50),
                Sell("2021-03-01", "X", 10, 70),
            ],
            CostBasisMethod.Fifo
        );
        Assert.Equal(
            [(-400m, 400m, Term.ShortTerm), (-200m, 0m, Term.LongTerm)],
            result.Gains.Select(g => (g.Gain, g.Disallowed, g.Term!.Value))
        );
        Assert.Equal(10 * (-100 + 60 - 50 + 70), result.Gains.Sum(g => g.Taxable));
    }

    [Theory]
    [InlineData("2020-12-30", 100)] // 30 days after
    [InlineData("2021-01-01", 0)] // 31 days after
    public void The_window_ends_after_thirty_days(string bought, decimal disallowed) =>
        Assert.Equal(
            disallowed,
            WashSales
                .Compute([Buy("2020-01-02", "X", 10, 20), Sell("2020-11-30", "X", 10, 10), Buy(bought, "X", 10, 10)], CostBasisMethod.Fifo)
                .Gains.Single()
                .Disallowed
        );

    [Fact]
    public void What_is_sold_with_it_or_left_of_the_same_lot_replaces_nothing()
    {
        Assert.Equal(
            0,
            WashSales
                .Compute([Buy("2020-11-20", "X", 10, 20), Sell("2020-11-30", "X", 5, 10)], CostBasisMethod.Fifo)
                .Gains.Sum(g => g.Disallowed)
        );
        Assert.Equal(
            0,
            WashSales
                .Compute(
                    [Buy("2020-11-10", "X", 10, 20), Buy("2020-11-20", "X", 10, 20), Sell("2020-11-30", "X", 20, 10)],
                    CostBasisMethod.Fifo
                )
                .Gains.Sum(g => g.Disallowed)
        );
        Assert.Equal(
            0,
            WashSales
                .Compute(
                    [Buy("2020-11-10", "X", 10, 20), Sell("2020-11-30", "X", 10, 10), TransferIn("2020-12-01", "X", 10, 20)],
                    CostBasisMethod.Fifo
                )
                .Gains.Sum(g => g.Disallowed)
        );
    }

    [Fact]
    public void A_share_replaces_one_other_only_in_shares_of_the_same_day()
    {
        // 10 sold, 10 more sold; 15 bought afterwards, after a split of 2 for 1: they stand in for 7.5 of the first.
        var result = WashSales.Compute(
            [
                Buy("2020-01-02", "X", 20, 20),
                Sell("2020-11-30", "X", 10, 10),
                Split("2020-12-02", "X", 2),
                Buy("2020-12-07", "X", 15, 5),
                Sell("2020-12-08", "X", 20, 5),
            ],
            CostBasisMethod.Fifo
        );
        Assert.Equal([75m, 0m], result.Gains.Select(g => g.Disallowed));
        Assert.Equal((15m, 15 * 5 + 75m), (result.OpenLots.Single().Quantity, result.OpenLots.Single().Cost));
    }

    [Fact]
    public void A_section_104_pool_as_in_HS284_example_3()
    {
        var result = UkMatching.Compute([
            Buy("2015-04-01", "LOB", 1000, 4.00m, fee: 150),
            Buy("2016-09-01", "LOB", 500, 4.10m, fee: 80),
            Sell("2017-05-02", "LOB", 700, 4.80m, fee: 100),
            Sell("2018-02-01", "LOB", 400, 5.20m, fee: 105),
        ]);
        Assert.Equal(
            [(3260m, 2931m, 329m), (1975m, 1675m, 300m)],
            result.Gains.Select(g => (g.Proceeds, Math.Round(g.Cost), Math.Round(g.Gain)))
        );
        Assert.Equal((400m, 1675m), (result.Pools.Single().Quantity, Math.Round(result.Pools.Single().Cost)));
        Assert.All(result.Gains, g => Assert.Equal((MatchRule.Section104, null), (g.Rule, g.AcquiredOn)));
    }

    [Fact]
    public void What_is_bought_back_within_thirty_days_is_matched_before_the_pool()
    {
        // The same holding, with 150 bought on 25 February.
        var result = UkMatching.Compute([
            Buy("2015-04-01", "LOB", 1000, 4.00m, fee: 150),
            Buy("2016-09-01", "LOB", 500, 4.10m, fee: 80),
            Sell("2017-05-02", "LOB", 700, 4.80m, fee: 100),
            Sell("2018-02-01", "LOB", 400, 5.20m, fee: 105),
            Buy("2018-02-25", "LOB", 150, 5.00m, fee: 80),
        ]);
        var last = result.Gains.Where(g => g.SoldOn == Day("2018-02-01")).ToList();
        Assert.Equal(
            [(MatchRule.ThirtyDays, 150m, 830m), (MatchRule.Section104, 250m, 1047m)],
            last.Select(g => (g.Rule, g.Quantity, Math.Round(g.Cost)))
        );
        Assert.Equal((1975m, 98m), (last.Sum(g => g.Proceeds), Math.Round(last.Sum(g => g.Gain))));
        Assert.Equal(550, result.Pools.Single().Quantity);
    }

    [Fact]
    public void Bed_and_breakfasting_makes_no_loss()
    {
        // ACCA's example: 1,000 for 10,000, sold for 2,000, bought back for 1,900 eight days later.
        var result = UkMatching.Compute([
            Buy("2015-07-05", "X", 1000, 10),
            Sell("2015-12-02", "X", 1000, 2),
            Buy("2015-12-10", "X", 1000, 1.9m),
        ]);
        Assert.Equal(
            (100m, MatchRule.ThirtyDays, Day("2015-12-10")),
            (result.Gains.Single().Gain, result.Gains.Single().Rule, result.Gains.Single().AcquiredOn)
        );
        Assert.Equal((1000m, 10000m), (result.Pools.Single().Quantity, result.Pools.Single().Cost));
    }

    [Fact]
    public void A_day_needs_its_own_purchases_before_an_earlier_sale_may_have_them()
    {
        // 700 sold with 500 bought that day; on the next 650 bought and 600 sold: 50 are left for the first sale, 150 of which come from
        // the pool.
        var result = UkMatching.Compute([
            Buy("2020-12-31", "X", 700, 1),
            Sell("2021-01-13", "X", 700, 2),
            Buy("2021-01-13", "X", 500, 3),
            Buy("2021-01-14", "X", 650, 4),
            Sell("2021-01-14", "X", 600, 5),
        ]);
        Assert.Equal(
            [
                (MatchRule.SameDay, 500m, 1500m),
                (MatchRule.ThirtyDays, 50m, 200m),
                (MatchRule.Section104, 150m, 150m),
                (MatchRule.SameDay, 600m, 2400m),
            ],
            result.Gains.Select(g => (g.Rule, g.Quantity, g.Cost))
        );
        Assert.Equal(550, result.Pools.Single().Quantity);
    }

    [Fact]
    public void Reorganisations_keep_the_pool()
    {
        var result = UkMatching.Compute([
            Buy("2020-01-02", "X", 100, 10),
            Split("2020-02-03", "X", 3),
            Spinoff("2020-03-02", "X", "Y", 0.5m, 0.25m),
            Merger("2020-04-01", "Y", "Z", 2, 30, 0.9m),
            ReturnOfCapital("2020-05-01", "X", 50),
            Sell("2020-06-01", "X", 150, 4),
            Sell("2020-06-01", "Z", 300, 1),
        ]);
        Assert.Equal(
            [("Y", 30m, 25m, 0m), ("X", 600m, 350m, 150m), ("Z", 300m, 225m, 300m)],
            result.Gains.Select(g => (g.Symbol, g.Proceeds, g.Cost, g.Quantity))
        );
        Assert.Equal([("X", 150m, 350m)], result.Pools.Select(p => (p.Symbol, p.Quantity, p.Cost)));
    }
}
