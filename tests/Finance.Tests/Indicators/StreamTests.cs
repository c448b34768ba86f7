using AgentInvest.Finance.Indicators;
using AgentInvest.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace AgentInvest.Finance.Tests.Indicators;

/// <summary>What holds for every indicator of the catalogue, whatever the bars.</summary>
public sealed class StreamTests
{
    /// <summary>Prices of any kind: calm, flat, zero, spikes, without volume, and bars that lack a number.</summary>
    private static Ohlcv[] Bars((byte Count, int Seed) of)
    {
        var (count, random) = (1 + of.Count % 140, new Random(of.Seed));
        var (bars, price, kind) = (new Ohlcv[count], 1 + 200 * random.NextDouble(), random.Next(6));
        for (var i = 0; i < count; i++)
        {
            if (random.Next(20) == 0) kind = random.Next(6);
            price = kind switch
            {
                0 => 0,
                1 => price,
                2 => random.Next(8) == 0 ? 1e9 * random.NextDouble() : price,
                3 => Math.Round(50 + 10 * random.NextDouble(), 1),
                _ => Math.Max(0, price * (1 + 0.05 * (random.NextDouble() - 0.5))),
            };
            var (open, close) = (price, kind == 1 ? price : Math.Round(price * (1 + 0.02 * (random.NextDouble() - 0.5)), 2));
            var (high, low) =
                kind == 1
                    ? (price, price)
                    : (Math.Max(open, close) * (1 + 0.01 * random.NextDouble()), Math.Min(open, close) * (1 - 0.01 * random.NextDouble()));
            var volume = random.Next(5) == 0 ? 0 : random.Next(1, 1_000_000);
            bars[i] = new Ohlcv(
                new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(i),
                open,
                high,
                low,
                random.Next(40) == 0 ? double.NaN : close,
                volume,
                100 + random.Next(20)
            );
        }
        return bars;
    }

    public static TheoryData<string> Names => new(Catalogue.All.Select(i => i.Name));

    [Theory, MemberData(nameof(Names))]
    public void A_stream_writes_to_the_bit_what_a_batch_over_the_bars_so_far_gives(string name)
    {
        var indicator = Catalogue.Find(name)!;
        if (indicator.Create is null) return;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(15),
            Prop.ForAll(
                ArbMap.Default.ArbFor<(byte, int)>(),
                of =>
                {
                    var bars = Bars(of);
                    var arguments = Short(indicator);
                    var (stream, row, whole) = (indicator.Create(arguments), new double[indicator.Width], new List<Ohlcv>());
                    foreach (var bar in bars)
                    {
                        if (stream.Next(bar, row))
                            whole.Add(bar);
                        else
                            Assert.All(row, v => Assert.True(double.IsNaN(v)));
                        if (!bar.IsWhole)
                            continue;
                        var batch = indicator.Compute(arguments, [.. whole]);
                        for (var output = 0; output < indicator.Outputs.Length; output++)
                        {
                            var at = whole.Count - 1 - indicator.Outputs[output].Lag(arguments);
                            if (at >= 0)
                                Assert.Equal(
                                    BitConverter.DoubleToInt64Bits(row[output]),
                                    BitConverter.DoubleToInt64Bits(batch[at, output])
                                );
                        }
                    }
                }
            )
        );
    }

    [Theory, MemberData(nameof(Names))]
    public void Bars_that_lack_a_number_are_skipped_by_every_indicator(string name)
    {
        var indicator = Catalogue.Find(name)!;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(30),
            Prop.ForAll(
                ArbMap.Default.ArbFor<(byte, int)>(),
                of =>
                {
                    var bars = Bars(of);
                    IndicatorSeries all,
                        whole;
                    try
                    {
                        (all, whole) = (
                            indicator.Compute(Short(indicator), bars),
                            indicator.Compute(Short(indicator), Array.FindAll(bars, b => b.IsWhole))
                        );
                    }
                    catch (TooManyBricksException) when (indicator.ComputeBricks is not null)
                    {
                        return;
                    }
                    for (int i = 0, j = 0; i < all.Count; i++)
                    {
                        var missing = all.Bars is null && !bars[i].IsWhole;
                        for (var output = 0; output < indicator.Outputs.Length; output++)
                        {
                            Assert.False(double.IsInfinity(all[i, output]), $"row {i} {indicator.Outputs[output].Name}");
                            Assert.Equal(missing ? double.NaN : whole[j, output], all[i, output]);
                        }
                        if (!missing)
                            j++;
                    }
                }
            )
        );
    }

    /// <summary>A window that fits in the bars made up, so that more than warm-up is compared.</summary>
    private static Arguments Short(Indicator indicator) => indicator.Name switch
    {
        "hurst" => new([20]),
        "crsi" => new([3, 2, 20]),
        "beta" => new([10, 3]),
        "renko" => new([5, 0]),
        _ => indicator.Defaults,
    };

    [DataFact("skender")]
    public void Broken_zero_and_tiny_prices_neither_throw_nor_stay()
    {
        foreach (var name in new[] { "bad", "zeros", "penny" })
        {
            var broken = Quotes.Read(name);
            var good = Quotes.Read("longish");
            var both = broken.Concat(good.Select(b => b with { T = b.T.AddYears(30) })).ToArray();
            foreach (var indicator in Catalogue.All.Where(i => !i.NeedsOther && i.ComputeBricks is null && i.Name != "vwap"))
            {
                Assert.NotNull(indicator.Compute(indicator.Defaults, broken));
                var series = indicator.Compute(indicator.Defaults, both);
                var (alone, last) = (indicator.Compute(indicator.Defaults, good), series.Count - 1);
                for (var output = 0; output < indicator.Outputs.Length; output++)
                    Assert.True(
                        IsSame(indicator, series, alone, output),
                        $"{indicator.Name} {indicator.Outputs[output].Name} after {name}: {series[last, output]} instead of "
                            + $"{alone[alone.Count - 1, output]}"
                    );
            }
        }
    }

    /// <summary>Five thousand bars later what came before shows only in running totals and in places counted from the first bar.</summary>
    private static bool IsSame(Indicator indicator, IndicatorSeries series, IndicatorSeries alone, int output)
    {
        if (indicator.Name is "adl" or "obv" or "chaikin-osc" || indicator.Outputs[output].Name == "intercept") return true;
        for (var back = 1; back <= 200; back++)
        {
            var (a, b) = (series[series.Count - back, output], alone[alone.Count - back, output]);
            if (double.IsNaN(a) != double.IsNaN(b) || Math.Abs(a - b) > 1e-9 * Math.Abs(b) + 1e-6) return false;
        }
        return true;
    }

    [Fact]
    public void A_rolling_sum_does_not_drift()
    {
        var (random, sum, window) = (new Random(7), new RollingSum(20), new Queue<double>());
        for (var i = 0; i < 100_000; i++)
        {
            var x = i % 977 == 0 ? 1e18 * random.NextDouble() : i % 5 == 0 ? 0 : random.NextDouble();
            window.Enqueue(x);
            if (window.Count > 20) window.Dequeue();
            var got = sum.Add(x);
            if (window.Count < 20) Assert.True(double.IsNaN(got));
            else if (window.Max() < 1e6) Assert.Equal(window.Sum(), got, 1e-12);
        }
        for (var i = 0; i < 20; i++) Assert.True(sum.Add(0) > 0 || i == 19);
        Assert.Equal(0, sum.Add(0));
    }
}
