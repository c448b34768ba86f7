using System.Globalization;
using AgentInvest.Finance.Indicators;
using AgentInvest.Finance.Patterns;
using AgentInvest.Finance.Tests.Indicators;
using AgentInvest.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace AgentInvest.Finance.Tests.Patterns.Shapes;

/// <summary>What holds for all shapes, whatever the bars.</summary>
public sealed class ShapePropertyTests
{
    private static void ForWalks(int cases, Action<Ohlcv[], Random> check) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(cases),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => check(Drawing.Walk(seed, 1200), new Random(seed))));

    [Fact]
    public void Nothing_found_up_to_a_bar_depends_on_what_follows() => ForWalks(8, (bars, random) =>
    {
        var all = ChartPatterns.Find(bars);
        Assert.True(all.Zip(all.Skip(1)).All(p => p.First.Index <= p.Second.Index));
        foreach (var known in all.Select(p => p.Index).Append(random.Next(bars.Length)))
            for (var n = known; n <= known + 1; n++)
                Assert.Equal(all.Where(p => p.Index < n).Select(Drawing.Text), ChartPatterns.Find(bars.AsSpan(0, n)).Select(Drawing.Text));
    });

    [Fact]
    public void A_thousand_times_the_price_draws_the_same_shapes() =>
        ForWalks(
            30,
            (bars, _) =>
            {
                var (here, there) = (
                    ChartPatterns.Find(bars),
                    ChartPatterns.Find(
                        Array.ConvertAll(
                            bars,
                            b => b with { Open = b.Open * 1000, High = b.High * 1000, Low = b.Low * 1000, Close = b.Close * 1000 }
                        )
                    )
                );
                Assert.Equal(here.Select(p => (p.Name, p.Index, p.Strength)), there.Select(p => (p.Name, p.Index, p.Strength)));
                foreach (var (a, b) in here.Zip(there))
                {
                    Assert.Equal(a.Fit, b.Fit, 1e-9);
                    Assert.Equal(a.Invalidation, b.Invalidation / 1000, 1e-9 * a.Invalidation);
                    foreach (var (p, q) in a.Points.Zip(b.Points))
                        Assert.Equal((p.Role, p.Index, Math.Round(p.Price, 6)), (q.Role, q.Index, Math.Round(q.Price / 1000, 6)));
                }
            }
        );

    [Fact]
    public void Bars_that_lack_a_number_are_as_if_they_were_not_there() =>
        ForWalks(
            30,
            (bars, random) =>
            {
                var (mixed, places) = (new List<Ohlcv>(), new List<int>());
                foreach (var bar in bars)
                {
                    while (random.Next(10) == 0)
                        mixed.Add(random.Next(2) == 0 ? bar with { Close = double.NaN } : bar with { Volume = double.PositiveInfinity });
                    places.Add(mixed.Count);
                    mixed.Add(bar);
                }
                var expected = ChartPatterns
                    .Find(bars)
                    .Select(p =>
                        p with
                        {
                            Index = places[p.Index],
                            Points = p.Points.Select(q => q with { Index = places[q.Index] }).ToArray(),
                        }
                    );
                Assert.Equal(expected.Select(Drawing.Text), ChartPatterns.Find(mixed.ToArray()).Select(Drawing.Text));
            }
        );

    /// <summary>On a grid of 1/64 prices and their reflections are exact, and around 1000 tolerances in per cent do not bind.</summary>
    [Fact]
    public void Upside_down_every_shape_is_its_opposite() =>
        ForWalks(
            30,
            (bars, _) =>
            {
                static double Grid(double price) => 1000 + Math.Round((price - 100) * 64) / 64;
                var upright = Array.ConvertAll(
                    bars,
                    b => b with { Open = Grid(b.Open), High = Grid(b.High), Low = Grid(b.Low), Close = Grid(b.Close) }
                );
                var flipped = Array.ConvertAll(
                    upright,
                    b => b with { Open = 2000 - b.Open, High = 2000 - b.Low, Low = 2000 - b.High, Close = 2000 - b.Close }
                );
                static string Opposite(string name) =>
                    Pairs.FirstOrDefault(p => p.A == name).B ?? Pairs.FirstOrDefault(p => p.B == name).A ?? name;
                static string[] Sorted(IEnumerable<(string, int, int, double)> shapes) =>
                    [
                        .. shapes
                            .Select(s => FormattableString.Invariant($"{s.Item2} {s.Item1} {s.Item3} {s.Item4:F3}"))
                            .Order(StringComparer.Ordinal),
                    ];
                Assert.Equal(
                    Sorted(ChartPatterns.Find(upright).Select(p => (Opposite(p.Name), p.Index, -p.Strength, 2000 - p.Invalidation))),
                    Sorted(ChartPatterns.Find(flipped).Select(p => (p.Name, p.Index, p.Strength, p.Invalidation)))
                );
            }
        );

    private static readonly (string A, string B)[] Pairs =
    [
        ("headAndShoulders", "inverseHeadAndShoulders"),
        ("doubleTop", "doubleBottom"),
        ("tripleTop", "tripleBottom"),
        ("ascendingTriangle", "descendingTriangle"),
        ("risingWedge", "fallingWedge"),
        ("channelUp", "channelDown"),
        ("bullFlag", "bearFlag"),
        ("support", "resistance"),
    ];

    /// <summary>Maximum per 1000 bars. A walk draws shapes by chance; more than this would be a rule that holds for anything.</summary>
    private static double MaxPer1000Bars(string name) => name switch
    {
        "bullFlag" or "bearFlag" => 2.6,
        "support" or "resistance" => 1.6,
        "tripleTop" or "tripleBottom" or "rectangle" => 0.3,
        "ascendingTriangle" or "descendingTriangle" or "symmetricalTriangle" => 0.6,
        "doubleTop" or "doubleBottom" => 1.2,
        _ => 0.9,
    };

    private static readonly Lazy<(Ohlcv[] Bars, IReadOnlyList<ChartPattern> Found)[]> Walks = new(() =>
        Enumerable.Range(1, 20).Select(seed => Drawing.Walk(seed, 5000)).Select(bars => (bars, ChartPatterns.Find(bars))).ToArray()
    );

    public static TheoryData<string> Names => new(ChartPatterns.Names);

    [Theory, MemberData(nameof(Names))]
    public void A_random_walk_draws_few_of_each(string name) =>
        Assert.InRange(Walks.Value.Sum(w => w.Found.Count(p => p.Name == name)), 5, 100 * MaxPer1000Bars(name));

    /// <summary>The rules in words of Lo, Mamaysky and Wang, read off the points that were given.</summary>
    [Fact]
    public void What_is_found_is_what_the_rules_say()
    {
        foreach (var (bars, found) in Walks.Value)
        {
            foreach (var p in found)
            {
                var (e, close, side) = (p.Points.Select(q => q.Price).ToArray(), bars[p.Index].Close, p.Strength < 0 ? 1 : -1);
                Assert.True(p.Points.All(q => q.Index < p.Index) && p.Fit is >= 0 and <= 1 && double.IsFinite(p.Invalidation), p.Name);
                if (p.Strength != 0) Assert.True(side * (p.Invalidation - close) > 0, p.Name);
                if (p.Name.EndsWith("Flag", StringComparison.Ordinal)) continue;
                Assert.True(
                    p.Points.All(q => q.Price == bars[q.Index].High || q.Price == bars[q.Index].Low)
                        && p.Points.Zip(p.Points.Skip(1)).All(q => q.First.Index < q.Second.Index),
                    p.Name
                );
                var holds = p.Name switch
                {
                    "headAndShoulders" or "inverseHeadAndShoulders" => side * e[2] > side * e[0]
                        && side * e[2] > side * e[4]
                        && Within(e[0], e[4], 0.015)
                        && Within(e[1], e[3], 0.015)
                        && side * close < Neck(p, side),
                    "doubleTop" or "doubleBottom" => Within(e[0], e[2], 0.015)
                        && p.Points[2].Index - p.Points[0].Index >= 22
                        && side * close < side * e[1],
                    "tripleTop" or "tripleBottom" => Within(e[0], e[2], 0.015)
                        && Within(e[2], e[4], 0.015)
                        && side * close < Math.Min(side * e[1], side * e[3]),
                    "ascendingTriangle" => Rises(Lows(p)),
                    "descendingTriangle" => Rises(Highs(p).Select(v => -v)),
                    "symmetricalTriangle" => Rises(Lows(p)) && Rises(Highs(p).Select(v => -v)),
                    "risingWedge" or "channelUp" => Rises(Lows(p)) && Rises(Highs(p)),
                    "fallingWedge" or "channelDown" => Rises(Lows(p).Select(v => -v)) && Rises(Highs(p).Select(v => -v)),
                    "rectangle" => Within(Highs(p).Min(), Highs(p).Max(), 0.0075)
                        && Within(Lows(p).Min(), Lows(p).Max(), 0.0075)
                        && Highs(p).Min() > Lows(p).Max(),
                    "support" => bars[p.Points[0].Index..p.Index].Min(b => b.Low) >= p.Invalidation,
                    "resistance" => bars[p.Points[0].Index..p.Index].Max(b => b.High) <= p.Invalidation,
                    _ => false,
                };
                Assert.True(holds, Drawing.Text(p));
            }
        }
    }

    /// <summary>The line through both ends where it runs towards the head, level from the right one else.</summary>
    private static double Neck(ChartPattern p, int side)
    {
        var (left, right) = (p.Points[1], p.Points[3]);
        return side * right.Price + Math.Max(0, side * (right.Price - left.Price)) * (p.Index - right.Index) / (right.Index - left.Index);
    }

    private static bool Within(double a, double b, double part) => Math.Abs(a - b) / 2 <= part * (a + b) / 2 * (1 + 1e-12);
    private static bool Rises(IEnumerable<double> values) => values.Zip(values.Skip(1)).All(v => v.First < v.Second);
    private static IEnumerable<double> Highs(ChartPattern p) => p.Points.Where(q => q.Role == "upper").Select(q => q.Price);
    private static IEnumerable<double> Lows(ChartPattern p) => p.Points.Where(q => q.Role == "lower").Select(q => q.Price);

    [Fact]
    public void No_bars_one_bar_and_a_price_that_never_moves_draw_nothing()
    {
        Assert.Empty(ChartPatterns.Find([]));
        foreach (var price in new[] { 0, 1e-300, 0.0001, 100, 1e300, -5 })
            foreach (var count in new[] { 1, 13, 14, 15, 1000 })
                Assert.Empty(
                ChartPatterns.Find(Enumerable.Repeat(new Ohlcv(DateTime.UnixEpoch, price, price, price, price, 0), count).ToArray())
            );
    }

    [Fact]
    public void Whatever_the_prices_all_numbers_are_numbers()
    {
        foreach (var unit in new[] { 1e-308, 1e-12, 1e-4, 1, 1e150, 1e305 })
        {
            for (var seed = 0; seed < 10; seed++)
            {
                var random = new Random(seed);
                AllFinite(ChartPatterns.Find(Enumerable.Range(0, 2000).Select(i =>
                {
                    var (a, b) = (unit * random.Next(4), unit * random.Next(1 + i / 50));
                    return new Ohlcv(DateTime.UnixEpoch.AddDays(i), a, Math.Max(a, b), Math.Min(a, b), b, 0);
                }).ToArray()));
            }
        }
    }

    private static void AllFinite(IEnumerable<ChartPattern> found) =>
        Assert.All(
            found,
            p => Assert.True(double.IsFinite(p.Fit + p.Invalidation) && p.Points.All(q => double.IsFinite(q.Price)), Drawing.Text(p))
        );

    [DataFact("skender")]
    public void Broken_zero_and_penny_prices_do_no_harm()
    {
        foreach (var name in new[] { "bad", "zeros", "penny", "intraday", "bitcoin" }) AllFinite(ChartPatterns.Find(Quotes.Read(name)));
    }

    /// <summary>In 23 years most shapes are seen, none more often than once a year.</summary>
    [DataFact("market")]
    public void SPY_shows_shapes_at_a_plausible_rate()
    {
        var bars = File.ReadLines(Path.Combine(Checkout.Data("market")!, "SPY.csv"))
            .Skip(1)
            .Select(l => l.Split(','))
            .Select(c => new Ohlcv(DateTime.Parse(c[0], CultureInfo.InvariantCulture), Of(c[1]), Of(c[2]), Of(c[3]), Of(c[4]), Of(c[5])))
            .ToArray();
        static double Of(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
        var found = ChartPatterns.Find(bars);
        AllFinite(found);
        var counts = found.CountBy(p => p.Name).ToDictionary();
        Assert.All(counts, c => Assert.InRange(c.Value, 1, 23));
        Assert.InRange(counts.Count, 12, ChartPatterns.Names.Count);
        Assert.InRange(found.Count, 40, 120);
    }
}
