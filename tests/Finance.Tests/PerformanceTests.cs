using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Performance;
using FsCheck;
using FsCheck.Fluent;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class PerformanceTests
{
    [Theory]
    [InlineData(0.050140747, "2010-01-01", -200, "2010-12-31", 210)]
    [InlineData(0.412128788, "2015-12-31", -1000, "2016-06-01", 150, "2016-12-31", 1230)]
    [InlineData(0.412128788, "2016-12-31", 1230, "2015-12-31", -1000, "2016-06-01", 150)] // order does not matter
    [InlineData(0.373362535, "2008-01-01", -10000, "2008-03-01", 2750, "2008-10-30", 4250, "2009-02-15", 3250, "2009-04-01", 2750)] // Microsoft's example for XIRR
    [InlineData(-0.5, "2015-01-01", -100, "2016-01-01", 50)]
    public void Xirr_agrees_with_published_figures(double expected, params object[] flows) => Assert.Equal(expected, Solve(flows)!.Value, 1e-8);

    [Theory]
    [InlineData("2015-01-01", -100)]
    [InlineData("2015-01-01", -100, "2015-01-01", 200)]
    [InlineData("2015-01-01", -100, "2016-01-01", -50)]
    [InlineData("2015-01-01", 100, "2016-01-01", 0)]
    public void Xirr_is_undefined_without_money_both_ways(params object[] flows) => Assert.Null(Solve(flows));

    [Fact]
    public void The_return_on_average_investment_is_as_Ghostfolio_defines_it()
    {
        var result = Compute([Buy("2021-11-22", "X", 2, 142.9m, fee: 1.55m), Buy("2021-11-30", "X", 2, 136.6m, fee: 1.65m)], "2021-11-21", "2021-12-18", ("X", "2021-11-22", 142.9m), ("X", "2021-11-30", 136.6m), ("X", "2021-12-18", 148.9m));
        Assert.Equal(33.4m, result.AbsoluteGain);
        Assert.Equal(0.07032490039195361, (double)result.Roai!.Value, 1e-15);
        Assert.Equal(562.2m, result.NetInvested);
        Assert.Equal(33.4 / 562.2, (double)result.Simple!.Value, 1e-12);
    }

    [Fact]
    public void Time_weighted_returns_chain_the_days()
    {
        // 1,000 grow by 10 %, 1,100 are added at the start of a day that loses 5 %, then half is taken at the end of one that gains 20 %.
        var result = Compute(
            [Deposit("2024-01-02", 1000), Buy("2024-01-02", "X", 10, 100), Deposit("2024-01-04", 1100), Buy("2024-01-04", "X", 10, 110), Sell("2024-01-05", "X", 10, 125.4m), Withdrawal("2024-01-05", 1254)],
            "2024-01-01", "2024-01-05", ("X", "2024-01-02", 100), ("X", "2024-01-03", 110), ("X", "2024-01-04", 104.5m), ("X", "2024-01-05", 125.4m));
        Assert.Equal(1.10 * 0.95 * 1.20 - 1, (double)result.Twr!.Value, 1e-12);
        Assert.Equal(1254m, result.End);
        Assert.Equal(846m, result.NetInvested);
        Assert.Equal(result.End - result.NetInvested, result.AbsoluteGain);
    }

    [Fact]
    public void The_range_starts_at_the_close_of_its_first_day()
    {
        LedgerEntry[] book = [Buy("2024-01-02", "X", 10, 90)];
        var result = Compute(book, "2024-01-02", "2024-01-04", ("X", "2024-01-02", 100), ("X", "2024-01-04", 110));
        Assert.Equal((1000m, 1100m, 0m, 100m), (result.Start, result.End, result.NetInvested, result.AbsoluteGain));
        Assert.Equal(0.1m, Math.Round(result.Twr!.Value, 12));
    }

    [Fact]
    public void What_is_not_defined_is_null_with_a_reason()
    {
        var result = Compute([], "2024-01-01", "2024-01-05");
        Assert.Equal((null, null, null), (result.Xirr, result.Roai, result.Simple));
        Assert.Equal(["annualized", "roai", "simple", "xirr"], result.Unavailable.Keys.Order());
    }

    [Fact]
    public void An_instrument_without_a_price_counts_at_its_last_traded_one()
    {
        var result = Compute([Buy("2024-01-02", "X", 10, 90), Split("2024-01-03", "X", 2)], "2024-01-01", "2024-01-05");
        Assert.Equal(900m, result.End);
    }

    [Fact]
    public void Time_weighted_return_is_indifferent_to_deposits() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ushort[]>(), amounts =>
        {
            var prices = Enumerable.Range(0, 30).Select(i => ("X", Day("2024-01-01").AddDays(i).ToString("yyyy-MM-dd"), 100m + 7 * (i % 5) - i)).ToArray();
            var book = new List<LedgerEntry> { Deposit("2024-01-01", 1000), Buy("2024-01-01", "X", 10, 100) };
            var alone = Compute(book, "2024-01-01", "2024-01-28", prices);
            foreach (var (amount, i) in amounts.Take(25).Select((a, i) => (a, i)))
            {
                // New money buys at the day's previous close, which is the price at the start of the day.
                var day = Day("2024-01-02").AddDays(i).ToString("yyyy-MM-dd");
                book.Add(Deposit(day, amount + 1));
                book.Add(Buy(day, "X", (amount + 1) / prices[i].Item3, prices[i].Item3));
            }
            Assert.Equal((double)alone.Twr!.Value, (double)Compute(book, "2024-01-01", "2024-01-28", prices).Twr!.Value, 1e-9);
        }).QuickCheckThrowOnFailure();

    private static PerformanceResult Compute(IReadOnlyList<LedgerEntry> entries, string from, string to, params (string Symbol, string Day, decimal Price)[] prices) =>
        PerformanceCalculator.Compute(entries, prices.GroupBy(p => p.Symbol).ToDictionary(g => g.Key, g => new PriceHistory(g.Select(p => Day(p.Day)).ToArray(), g.Select(p => p.Price).ToArray())), CostBasisMethod.Fifo, Day(from), Day(to));

    private static double? Solve(object[] flows) => Xirr.Solve(flows.Chunk(2).Select(f => new Flow(Day((string)f[0]), Convert.ToDouble(f[1]))));
}
