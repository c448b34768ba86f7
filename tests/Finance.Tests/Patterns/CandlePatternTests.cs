using System.Globalization;
using AgentInvest.Finance.Indicators;
using AgentInvest.Finance.Patterns;
using FsCheck;
using FsCheck.Fluent;

namespace AgentInvest.Finance.Tests.Patterns;

public sealed class CandlePatternTests
{
    public static TheoryData<string, int, string, string> Cases => CandleCases.All;

    private static decimal[][] Parse(string bars) =>
        [
            .. Enumerable
                .Repeat(CandleCases.Calm, 14)
                .Concat(bars.Split(" | "))
                .Select(b => Array.ConvertAll(b.Split(' '), p => decimal.Parse(p, CultureInfo.InvariantCulture))),
        ];

    private static Ohlcv[] Bars(decimal[][] prices) =>
        Array.ConvertAll(prices, p => new Ohlcv(default, (double)p[0], (double)p[1], (double)p[2], (double)p[3], 1));

    private static int Strength(string name, decimal[][] prices, int at) =>
        CandlePatterns.Find(Bars(prices)).SingleOrDefault(h => h.Name == name && h.Index == at).Strength;

    private static int Last(string name, decimal[][] prices) => Strength(name, prices, prices.Length - 1);

    [Fact]
    public void There_are_61_in_ordinal_order()
    {
        Assert.Equal(61, CandlePatterns.Names.Count);
        Assert.Equal(CandlePatterns.Names.Order(StringComparer.Ordinal), CandlePatterns.Names);
    }

    [Fact]
    public void Each_pattern_has_bars_that_show_it() =>
        Assert.Equal(CandlePatterns.Names, CandleCases.All.Select(c => (string)c[0]).Distinct().Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Cases))]
    public void A_pattern_is_found_exactly_up_to_the_edges_of_its_rule(string name, int strength, string bars, string edges)
    {
        Assert.Equal(strength, Last(name, Parse(bars)));
        foreach (var edge in edges.Split(' '))
        {
            var (bar, price, tick, ticks) = (
                14 + edge[0] - '0',
                "ohlc".IndexOf(edge[1], StringComparison.Ordinal),
                edge[2] == '+' ? 0.01m : -0.01m,
                int.Parse(edge[3..], CultureInfo.InvariantCulture)
            );
            var moved = Parse(bars);
            moved[bar][price] += tick * ticks;
            Assert.True(strength == Last(name, moved), $"{name} should be found at {edge}");
            moved[bar][price] += tick;
            Assert.True(strength != Last(name, moved), $"{name} should not be found a tick beyond {edge}");
        }
    }

    [Fact]
    public void A_long_walk_shows_what_TA_Lib_finds_on_it()
    {
        var found = CandlePatterns.Find(Walk(new Random(2026), 50_000)).ToLookup(h => h.Name);
        Assert.All(
            CandlePatterns.Names,
            name =>
                Assert.Equal(
                    (name, CandleCases.OnWalk[name]),
                    (name, (found[name].Count(), found[name].Sum(h => (long)h.Index * h.Strength / 100)))
                )
        );
    }

    [Theory]
    [InlineData("CDLDOJI", 10, "101 101.5 100.5 101")]
    [InlineData("CDLENGULFING", 2, "101 101.2 99.8 100 | 99.5 102 99.3 101.5")]
    [InlineData("CDLHIKKAKE", 5, "100.5 101.2 99.8 101 | 100 101 99.5 100.2")]
    [InlineData(
        "CDLLADDERBOTTOM",
        14,
        "106 106.2 103.8 104 | 105 105.2 102.8 103 | 104 104.2 101.8 102 | 103 104 100.8 101 | 103.5 105.2 103.3 105"
    )]
    public void No_pattern_is_reported_before_its_lookback_is_over(string name, int first, string bars)
    {
        var prices = Parse(bars);
        Assert.NotEqual(0, Last(name, prices[^(first + 1)..]));
        Assert.Equal(0, Last(name, prices[^first..]));
    }

    [Fact]
    public void A_hikkake_is_confirmed_once_within_three_bars_unless_another_comes_before()
    {
        const string hikkake = "100.5 101.2 99.8 101 | 100 101 99.5 100.2",
            waits = " | 100.2 101 99.4 100.2",
            confirms = " | 100.5 101.6 99 101.4",
            again = " | 100.5 101.7 98.9 101.5";
        int[] Strengths(string bars) =>
            Enumerable.Range(14, bars.Split('|').Length).Select(i => Strength("CDLHIKKAKE", Parse(bars), i)).ToArray();
        Assert.Equal([0, 100, 200, 0], Strengths(hikkake + confirms + again));
        Assert.Equal([0, 100, 0, 0, 200, 0], Strengths(hikkake + waits + waits + confirms + again));
        Assert.Equal([0, 100, 0, 0, 0, 0], Strengths(hikkake + waits + waits + waits + confirms));
        // An inside bar and a break upwards: a bearish hikkake in place of the confirmation.
        Assert.Equal([0, 100, 0, -100, 0], Strengths(hikkake + " | 100.2 100.9 99.6 100.2 | 100.5 102 99.7 101.5" + again));
    }

    [Fact]
    public void Bars_that_lack_a_number_are_left_out_as_if_they_were_not_there() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    var random = new Random(seed);
                    var whole = Walk(random, 200);
                    var bars = new List<Ohlcv>();
                    var places = new List<int>();
                    foreach (var bar in whole)
                    {
                        while (random.Next(5) == 0)
                            bars.Add(
                                random.Next(3) switch
                                {
                                    0 => bar with { Close = double.NaN },
                                    1 => bar with { High = double.PositiveInfinity },
                                    _ => bar with { Low = double.NegativeInfinity, Open = double.NaN },
                                }
                            );
                        places.Add(bars.Count);
                        bars.Add(bar);
                    }
                    Assert.Equal(
                        CandlePatterns.Find(whole).Select(h => h with { Index = places[h.Index] }),
                        CandlePatterns.Find(bars.ToArray())
                    );
                }
            )
        );

    [Fact]
    public void Hits_come_by_index_then_name()
    {
        var hits = CandlePatterns.Find(Walk(new Random(5), 2_000));
        Assert.Equal(hits.OrderBy(h => h.Index).ThenBy(h => h.Name, StringComparer.Ordinal), hits);
    }

    [Fact]
    public void Hits_do_not_depend_on_the_bars_that_follow()
    {
        var bars = Walk(new Random(5), 2_000);
        Assert.Equal(CandlePatterns.Find(bars).Where(h => h.Index < 1_000), CandlePatterns.Find(bars.AsSpan(0, 1_000)));
    }

    [Fact]
    public void A_strength_is_100_or_200_of_either_sign() =>
        Assert.All(
            CandlePatterns.Find(Walk(new Random(5), 2_000)),
            h => Assert.Contains(h.Strength, new[] { 100, -100, 200, -200 })
        );

    [Fact]
    public void No_bars_have_no_patterns() => Assert.Empty(CandlePatterns.Find([]));

    [Fact]
    public void A_spike_is_forgotten_once_it_is_out_of_the_averages()
    {
        var bars = Walk(new Random(6), 400);
        var spiked = bars.ToArray();
        spiked[100] = spiked[100] with { High = 1e17 };
        Assert.Equal(CandlePatterns.Find(bars).Where(h => h.Index > 120), CandlePatterns.Find(spiked).Where(h => h.Index > 120));
    }

    /// <summary>Prices of one digit, so that many are equal, with doji, gaps and bars without shadows.</summary>
    private static Ohlcv[] Walk(Random random, int count)
    {
        var (bars, price) = (new Ohlcv[count], 100d);
        double Near(double distance) => distance * (random.NextDouble() - 0.5);
        for (var i = 0; i < count; i++)
        {
            var open = Math.Round(price + (random.Next(3) == 0 ? Near(3) : 0), 1);
            var close = random.Next(5) == 0 ? open : Math.Round(open + Near(random.Next(3) == 0 ? 6 : 2), 1);
            var (high, low) = (
                Math.Round(Math.Max(open, close) + random.Next(2) * random.NextDouble(), 1),
                Math.Round(Math.Min(open, close) - random.Next(2) * random.NextDouble(), 1)
            );
            bars[i] = new Ohlcv(default, open, high, low, close, 1);
            price = close is > 50 and < 200 ? close : 100;
        }
        return bars;
    }
}
