using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Rebalancing;
using FsCheck;
using FsCheck.Fluent;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class RebalancingTests
{
    private static readonly RebalanceOptions Options = new(Day("2024-06-03"));

    [Fact]
    public void Holdings_go_to_their_targets_sales_first()
    {
        var plan = Rebalancer.Plan([Held("A", 100, 0.5m, 70), Held("B", 50, 0.5m, 60)], Options);
        Assert.Equal([("A", TradeSide.Sell, 20m), ("B", TradeSide.Buy, 40m)], plan.Trades.Select(t => (t.Symbol, t.Side, t.Quantity)));
        Assert.Equal((0.2m, 0m, 0m), (plan.DriftBefore, plan.DriftAfter, plan.CashLeft));
        Assert.StartsWith("A is 70 % of the whole and 50 % is wanted", plan.Trades[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void New_cash_comes_before_any_sale()
    {
        var plan = Rebalancer.Plan([Held("A", 100, 0.5m, 70), Held("B", 50, 0.5m, 60)], Options with { Cash = 4000, Band = 0.05m });
        Assert.Equal([("B", TradeSide.Buy, 80m)], plan.Trades.Select(t => (t.Symbol, t.Side, t.Quantity)));
        Assert.Equal(0m, plan.DriftAfter);
    }

    [Fact]
    public void Within_its_band_nothing_is_traded()
    {
        Asset[] assets = [Held("A", 100, 0.5m, 54), Held("B", 100, 0.5m, 46)];
        Assert.Empty(Rebalancer.Plan(assets, Options with { Band = 0.05m }).Trades);
        Assert.Equal(2, Rebalancer.Plan(assets, Options with { Band = 0.03m }).Trades.Count);
    }

    [Fact]
    public void Whole_shares_the_smallest_trade_and_fees_are_kept_to()
    {
        Asset[] assets = [Held("A", 300, 0.6m, 0), Held("B", 70, 0.3m, 0), Held("C", 9, 0.01m, 0)];
        var plan = Rebalancer.Plan(
            assets,
            Options with
            {
                Cash = 1000,
                ShareStep = 1,
                MinimumTrade = 20,
                FeePerTrade = 2,
                FeeRate = 0.001m,
            }
        );
        Assert.Equal([("A", 2m, 2.6m), ("B", 4m, 2.28m)], plan.Trades.Select(t => (t.Symbol, t.Quantity, t.Fee)));
        Assert.Equal(1000 - 600 - 280 - 4.88m, plan.CashLeft);
        Assert.Equal(
            ("C", TradeSide.Buy, "9 is less than the smallest trade"),
            plan.LeftOut.Select(l => (l.Symbol, l.Side, l.Reason)).Single()
        );
    }

    [Fact]
    public void Losses_go_first_then_what_was_held_long()
    {
        TaxLot[] lots = [Lot("2024-03-01", 10, 60), Lot("2021-03-01", 10, 20), Lot("2023-01-02", 10, 120), Lot("2024-01-02", 10, 95)];
        var plan = Rebalancer.Plan([new Asset("A", 100, 0, lots), Held("B", 10, 1, 0)], Options with { Band = 0 });
        Assert.Equal([lots[2].Id, lots[3].Id, lots[0].Id, lots[1].Id], plan.Trades[0].Lots.Select(l => l.LotId));
        // Short-term +450, long-term +600.
        Assert.Equal(450 * 0.24m + 600 * 0.15m, plan.Tax);
        var some = Rebalancer.Plan([new Asset("A", 100, 0.625m, lots), Held("B", 10, 0.375m, 0)], Options);
        Assert.Equal([(10m, -200m), (5m, 25m)], some.Trades[0].Lots.Select(l => (l.Quantity, l.Gain)));
        Assert.Equal(0, some.Tax);
    }

    [Fact]
    public void No_plan_makes_a_wash_sale()
    {
        TaxLot[] lots = [Lot("2023-01-02", 10, 120), Lot("2024-05-20", 10, 90)];
        var plan = Rebalancer.Plan([new Asset("A", 100, 0, lots), Held("B", 10, 1, 0) with { LastLoss = Day("2024-05-10") }], Options);
        Assert.Equal((lots[1].Id, 10m), plan.Trades.Single().Lots.Select(l => (l.LotId, l.Quantity)).Single());
        Assert.Equal(["A", "B"], plan.LeftOut.Select(l => l.Symbol).Order());
        Assert.Equal(
            20m,
            Rebalancer.Plan([new Asset("A", 100, 0, lots), Held("B", 10, 1, 0)], Options with { Lots = LotChoice.Fifo }).Trades[0].Quantity
        );
    }

    [Fact]
    public void A_plan_that_only_feeds_fees_is_none()
    {
        var plan = Rebalancer.Plan([Held("A", 100, 0.5m, 50.1m), Held("B", 100, 0.5m, 49.9m)], Options with { FeePerTrade = 500 });
        Assert.Empty(plan.Trades);
        Assert.Equal(plan.DriftBefore, plan.DriftAfter);
    }

    [Fact]
    public void No_plan_sells_what_is_not_held_spends_what_is_not_there_or_makes_drift_grow() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<(byte Cash, byte Settings, (ushort Price, byte Weight, ushort Quantity, byte Age)[] Assets)>(),
                made =>
                {
                    var weights = made.Assets.Sum(a => (decimal)a.Weight) + made.Cash % 50;
                    var assets = made
                        .Assets.Select(
                            (a, i) =>
                                new Asset(
                                    "S" + i,
                                    (a.Price + 1) / 100m,
                                    weights == 0 ? 0 : decimal.Round(a.Weight / weights, 8, MidpointRounding.ToZero),
                                    a.Quantity == 0
                                        ? []
                                        :
                                        [
                                            Lot(Options.Today.AddDays(-a.Age * 9).ToString("yyyy-MM-dd"), a.Quantity / 10m, a.Age + 1),
                                            Lot(Options.Today.AddDays(-a.Age).ToString("yyyy-MM-dd"), a.Quantity / 7m, a.Age / 3m + 1),
                                        ]
                                )
                                {
                                    LastLoss = a.Age % 5 == 0 ? Options.Today.AddDays(-a.Age) : null,
                                }
                        )
                        .ToList();
                    var s = made.Settings;
                    var options = Options with
                    {
                        Cash = made.Cash * 40,
                        Band = s % 4 * 0.02m,
                        ShareStep = s % 3 == 0 ? 1 : 0.0001m,
                        MinimumTrade = s % 5 * 25,
                        FeePerTrade = s % 7,
                        FeeRate = s % 2 * 0.002m,
                        Lots = (LotChoice)(s % 4),
                    };
                    var plan = Rebalancer.Plan(assets, options);
                    var cash = options.Cash;
                    foreach (var trade in plan.Trades)
                    {
                        var asset = assets.Single(a => a.Symbol == trade.Symbol);
                        cash += (trade.Side == TradeSide.Sell ? trade.Amount : -trade.Amount) - trade.Fee;
                        Assert.True(trade.Quantity > 0 && trade.Amount >= options.MinimumTrade && trade.Reason.EndsWith('.'));
                        if (trade.Side == TradeSide.Buy)
                            continue;
                        Assert.Equal(trade.Quantity, trade.Lots.Sum(l => l.Quantity));
                        Assert.All(trade.Lots, l => Assert.True(l.Quantity <= asset.Lots.Single(held => held.Id == l.LotId).Quantity));
                    }
                    Assert.Equal((double)plan.CashLeft, (double)cash, 1e-9);
                    Assert.True(cash >= -1e-9m && plan.Trades.Select(t => t.Symbol).Distinct().Count() == plan.Trades.Count);
                    Assert.True(plan.DriftAfter <= plan.DriftBefore);
                }
            )
            .QuickCheckThrowOnFailure();

    private static Asset Held(string symbol, decimal price, decimal target, decimal quantity) =>
        new(symbol, price, target, quantity == 0 ? [] : [new TaxLot(Guid.NewGuid(), Day("2020-01-02"), quantity, quantity * price)]);

    private static TaxLot Lot(string acquired, decimal quantity, decimal unitCost) =>
        new(Guid.NewGuid(), Day(acquired), quantity, quantity * unitCost);
}
