using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Performance;
using AgentInvest.Finance.Risk;
using FsCheck;
using FsCheck.Fluent;
using static AgentInvest.Finance.Tests.Entries;

namespace AgentInvest.Finance.Tests;

public sealed class PerformanceTests
{
    [Fact]
    public void The_return_on_average_investment_is_as_Ghostfolio_defines_it()
    {
        var result = Compute(
            [Buy("2021-11-22", "X", 2, 142.9m, fee: 1.55m), Buy("2021-11-30", "X", 2, 136.6m, fee: 1.65m)],
            "2021-11-21",
            "2021-12-18",
            ("X", "2021-11-22", 142.9m),
            ("X", "2021-11-30", 136.6m),
            ("X", "2021-12-18", 148.9m)
        );
        Assert.Equal(33.4m, result.AbsoluteGain);
        Assert.Equal(0.07032490039195361m, Math.Round(result.Roai!.Value, 17));
        Assert.Equal(562.2m, result.NetInvested);
        Assert.Equal(33.4 / 562.2, (double)result.Simple!.Value, 1e-12);
    }

    [Theory]
    // NOVN, sold partially
    [InlineData("2022-04-11", 87.80, 0.12184460284330327256, "2022-03-07", 2, 75.80, 1.3, "2022-04-08", -1, 85.73, 2.95)]
    [InlineData("2021-12-18", 148.9, -0.05528341497550734703, "2021-11-22", 2, 142.9, 1.55, "2021-11-30", -2, 136.6, 1.65)] // BALN, sold
    [InlineData(
        "2021-12-18",
        148.9,
        -0.05528341497550734703,
        "2021-11-22",
        2,
        142.9,
        1.55,
        "2021-11-30",
        -1,
        136.6,
        1.65,
        "2021-11-30",
        -1,
        136.6,
        0
    )] // in two
    [InlineData("2021-12-18", 148.9, 0.08437042459736456808, "2021-11-30", 2, 136.6, 1.55)] // BALN, bought
    [InlineData("2022-01-14", 43099.7, -0.03283734028271199921, "2021-12-12", 1, 44558.42, 4.46)] // BTCUSD
    [InlineData(
        "2025-12-28",
        237.8,
        0.020208978362720148,
        "2025-12-11",
        10,
        188.505,
        1,
        "2025-12-18",
        -10,
        189,
        1,
        "2025-12-18",
        10,
        204.11,
        1,
        "2025-12-28",
        -10,
        208.01,
        1
    )] // JNUG, in and out twice
    public void The_return_on_average_investment_agrees_with_Ghostfolios_own_cases(
        string to,
        double price,
        double expected,
        params object[] trades
    )
    {
        var book = trades
            .Chunk(4)
            .Select(t =>
                Convert.ToDecimal(t[1]) is var q && q > 0
                    ? Buy((string)t[0], "X", q, Convert.ToDecimal(t[2]), Convert.ToDecimal(t[3]))
                    : Sell((string)t[0], "X", -q, Convert.ToDecimal(t[2]), Convert.ToDecimal(t[3]))
            )
            .ToList();
        Assert.Equal(
            expected,
            (double)Compute(book, book[0].Day.AddDays(-1).ToString("yyyy-MM-dd"), to, ("X", to, (decimal)price)).Roai!.Value,
            1e-14
        );
    }

    [Fact]
    public void A_dividend_is_part_of_the_gain_on_average_investment() =>
        // GOOGL with a dividend, Ghostfolio's own case: 116.45 − 89.12 + 5 − 1.
        Assert.Equal(
            31.33m / 89.12m,
            Math.Round(
                Compute(
                    [Buy("2023-01-03", "X", 1, 89.12m, fee: 1), Dividend("2023-01-03", "X", 5)],
                    "2023-01-02",
                    "2023-07-10",
                    ("X", "2023-07-10", 116.45m)
                ).Roai!.Value,
                28
            )
        );

    [Fact]
    public void Average_investment_weighs_each_holding_by_its_own_days()
    {
        LedgerEntry[] book = [Buy("2024-01-02", "X", 10, 90), Buy("2024-01-08", "Y", 1, 500), Sell("2024-01-10", "Y", 1, 520)];
        var result = Compute(
            book,
            "2024-01-04",
            "2024-01-14",
            ("X", "2024-01-03", 100),
            ("X", "2024-01-12", 110),
            ("Y", "2024-01-08", 500)
        );
        // X at 1,000, what it was worth at the start, and Y at 500 over the two nights it was held.
        Assert.Equal(120m / 1500, Math.Round(result.Roai!.Value, 20));
    }

    [Fact]
    public void Time_weighted_returns_chain_the_days()
    {
        // 1,000 grow by 10 %, 1,100 are added at the start of a day that loses 5 %, then half is taken at the end of one that gains 20 %.
        var result = Compute(
            [
                Deposit("2024-01-02", 1000),
                Buy("2024-01-02", "X", 10, 100),
                Deposit("2024-01-04", 1100),
                Buy("2024-01-04", "X", 10, 110),
                Sell("2024-01-05", "X", 10, 125.4m),
                Withdrawal("2024-01-05", 1254),
            ],
            "2024-01-01",
            "2024-01-05",
            ("X", "2024-01-02", 100),
            ("X", "2024-01-03", 110),
            ("X", "2024-01-04", 104.5m),
            ("X", "2024-01-05", 125.4m)
        );
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
        Prop.ForAll(
                ArbMap.Default.ArbFor<ushort[]>(),
                amounts =>
                {
                    var prices = Enumerable
                        .Range(0, 30)
                        .Select(i => ("X", Day("2024-01-01").AddDays(i).ToString("yyyy-MM-dd"), 100m + 7 * (i % 5) - i))
                        .ToArray();
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
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_currencies_do_stands_apart_from_what_prices_do()
    {
        // 10 × 100 EUR at 1.10, then 110 EUR at 1.20: 1,320 − 1,100 USD, of which the rate made 100 on what was paid and prices 120.
        var market = new MarketHistory(
            new Dictionary<string, PriceHistory> { ["X"] = new([Day("2024-01-02"), Day("2024-01-03")], [100, 110], "EUR") },
            new Dictionary<string, PriceHistory> { ["EUR"] = new([Day("2024-01-02"), Day("2024-01-03")], [1.10m, 1.20m]) }
        );
        LedgerEntry[] book =
        [
            Deposit("2024-01-01", 1000) with
            {
                Currency = "EUR",
                FxRate = 1.05m,
            },
            Deposit("2024-01-01", 500),
            Buy("2024-01-02", "X", 10, 100) with
            {
                Currency = "EUR",
                FxRate = 1.10m,
            },
            Dividend("2024-01-02", "X", 50) with
            {
                Currency = "EUR",
                FxRate = 1.10m,
            },
        ];
        var result = BookTimeline
            .Compute(book, market, CostBasisMethod.Fifo, Day("2024-01-03"), "USD")
            .Performance(Day("2023-12-31"), Day("2024-01-03"));
        Assert.Equal((1320m + 500 + 60, 1550m), (result.End, result.NetInvested));
        // 1,000 EUR of cash gained 0.05 until they were spent, 50 gained 0.10 since.
        Assert.Equal(new GainParts(120, 100, 55, 0, 0, 0, 55, 0), result.Parts);
        Assert.Equal(330m, result.AbsoluteGain);
        Assert.Equal(
            (double)result.Twr!.Value,
            result.Contributions.Sum(c => c.Contribution!.Value) + result.CashContribution!.Value,
            1e-12
        );
    }

    [Fact]
    public void Transferred_shares_bring_their_gain_but_no_return()
    {
        LedgerEntry[] book =
        [
            Buy("2024-01-02", "X", 10, 100),
            TransferIn("2024-01-03", "X", 10, 20, acquired: "2010-05-03"),
            TransferOut("2024-01-05", "X", 5),
        ];
        var result = Compute(
            book,
            "2024-01-01",
            "2024-01-05",
            ("X", "2024-01-02", 100),
            ("X", "2024-01-04", 110),
            ("X", "2024-01-05", 121)
        );
        Assert.Equal(0.21m, Math.Round(result.Twr!.Value, 15));
        // 10 for 1,000 and 10 for 200; the five that left were of the oldest.
        Assert.Equal((1100m, 15 * 121m - 1100), (result.NetInvested, result.AbsoluteGain));
        Assert.Equal((20 * 21m, 800m - 5 * 101), (result.Parts.Price, result.Parts.Transferred));
    }

    [Fact]
    public void Corporate_actions_pass_value_on_and_return_nothing_by_themselves()
    {
        LedgerEntry[] book =
        [
            Buy("2024-01-02", "X", 10, 100),
            Spinoff("2024-01-03", "X", "Y", 1, 0.3m),
            Merger("2024-01-04", "Y", "Z", 2),
            Split("2024-01-05", "Z", 3),
        ];
        var result = Compute(
            book,
            "2024-01-01",
            "2024-01-05",
            ("X", "2024-01-02", 100),
            ("X", "2024-01-03", 70),
            ("Y", "2024-01-03", 30),
            ("Z", "2024-01-04", 15),
            ("Z", "2024-01-05", 6)
        );
        Assert.Equal((700m + 360, 60m), (result.End, result.AbsoluteGain));
        Assert.Equal([("Z", 60m), ("X", 0m)], result.Contributions.Select(c => (c.Symbol, c.Gain)));
    }

    [Fact]
    public void A_benchmark_is_given_the_same_flows()
    {
        LedgerEntry[] book = [Deposit("2024-01-02", 1000), Deposit("2024-01-04", 1000), Withdrawal("2024-01-05", 500)];
        var index = new PriceHistory([Day("2024-01-01"), Day("2024-01-03"), Day("2024-01-05")], [100, 125, 100]);
        var result = Benchmark.OnFlowsOf(Compute(book, "2024-01-01", "2024-01-05"), index);
        // 10 units, 8 more, 5 sold.
        Assert.Equal((0m, 1300m, -200m), (result.Twr, result.End, result.Gain));
        Assert.NotNull(Benchmark.OnFlowsOf(Compute(book, "2023-12-01", "2024-01-05"), index).Unavailable);
        Assert.NotNull(
            Benchmark.OnFlowsOf(Compute([.. book, Withdrawal("2024-01-05", 1500)], "2024-01-01", "2024-01-05"), index).Unavailable
        );
    }

    [Fact]
    public void Drawdowns_run_from_peak_to_recovery()
    {
        PerformancePoint P(int day, decimal twr) => new(Day("2024-01-01").AddDays(day), 0, 0, twr);
        var falls = Drawdowns.Of([P(0, 0), P(1, 0.25m), P(2, 0), P(3, 0.1m), P(4, 0.25m), P(5, 0.2m), P(6, -0.5m), P(7, 0)]);
        Assert.Equal(
            [
                new Drawdown(Day("2024-01-05"), Day("2024-01-07"), null, -0.6m),
                new Drawdown(Day("2024-01-02"), Day("2024-01-03"), Day("2024-01-05"), -0.2m),
            ],
            falls
        );
        Assert.Equal(
            (1, 2),
            (falls[1].Trough.DayNumber - falls[1].Peak.DayNumber, falls[1].Recovered!.Value.DayNumber - falls[1].Trough.DayNumber)
        );
    }

    [Fact]
    public void Each_fall_is_a_drawdown_until_it_is_made_up()
    {
        // Wealth from the start of 1, which counts as a peak, by daily returns.
        double[] returns = [.10, -.10, .05, .10, -.50, 1.5, -.01];
        var (wealth, series) = (1.0, new List<PerformancePoint> { new(Day("2024-01-01"), 0, 0, 0) });
        foreach (var r in returns)
        {
            wealth *= 1 + r;
            series.Add(new PerformancePoint(Day("2024-01-01").AddDays(series.Count), 0, 0, (decimal)(wealth - 1)));
        }
        var falls = Drawdowns.Of(series).OrderBy(d => d.Peak).ToList();
        int DayOf(DateOnly day) => day.DayNumber - Day("2024-01-02").DayNumber;
        Assert.Equal(
            [(0, 1, (int?)3), (3, 4, 5), (5, 6, null)],
            falls.Select(d => (DayOf(d.Peak), DayOf(d.Trough), d.Recovered is { } day ? DayOf(day) : (int?)null))
        );
        Assert.Equal([-.1, -.5, -.01], falls.Select(d => Math.Round((double)d.Depth, 12)));
        Assert.Equal((double)falls.Min(d => d.Depth), RiskMeasures.MaxDrawdown(returns)!.Value, 1e-12);
    }

    private static PerformanceResult Compute(
        IReadOnlyList<LedgerEntry> entries,
        string from,
        string to,
        params (string Symbol, string Day, decimal Price)[] prices
    ) =>
        BookTimeline
            .Compute(
                entries,
                MarketHistory.InBase(
                    prices
                        .GroupBy(p => p.Symbol)
                        .ToDictionary(
                            g => g.Key,
                            g => new PriceHistory(g.Select(p => Day(p.Day)).ToArray(), g.Select(p => p.Price).ToArray())
                        )
                ),
                CostBasisMethod.Fifo,
                Day(to)
            )
            .Performance(Day(from), Day(to));
}
