using AgentInvest.Finance.Patterns;

namespace AgentInvest.Finance.Tests.Patterns.Shapes;

/// <summary>Each shape drawn with noise is found at its corners; drawn a little wrong it is not.</summary>
public sealed class ShapeTests
{
    /// <summary>Where shapes rise from: a quiet time, and a low that is on no line with what follows.</summary>
    private static readonly (int, double)[] Rise = [(0, 80), (20, 82), (30, 78)], Deep = [(0, 80), (20, 82), (30, 55)];

    /// <summary>
    /// Corners after a beginning, the shape's own among them from <paramref name="first"/> on, <paramref name="count"/> of them.
    /// </summary>
    private sealed record Sketch((int Bar, double Price)[] Corners, int First, int Count, double Noise = 0.25);

    private static Sketch After((int, double)[] lead, int count, params (int, double)[] corners) =>
        new([.. lead, .. corners], lead.Length, count);

    /// <summary>Those that look upwards; the others are the same upside down.</summary>
    private static readonly Dictionary<string, Sketch> Good = new()
    {
        ["headAndShoulders"] = After(Rise, 5, (55, 110), (65, 102), (80, 120), (95, 102.5), (105, 110.5), (125, 92)),
        ["doubleTop"] = After(Rise, 3, (60, 110), (75, 98), (90, 110.5), (115, 90)),
        ["tripleTop"] = After(Rise, 5, (60, 110), (70, 99), (85, 110.4), (98, 98), (112, 109.8), (135, 90)),
        ["ascendingTriangle"] = After(Deep, 5, (60, 110), (74, 96), (88, 110.2), (100, 101.5), (112, 110), (120, 104)),
        ["symmetricalTriangle"] = After(Deep, 5, (60, 112), (74, 92), (88, 108.5), (100, 95), (112, 105), (120, 98)),
        ["fallingWedge"] = After(Deep, 5, (60, 115), (74, 97), (88, 106.7), (100, 93), (112, 98.5), (120, 94)),
        ["channelUp"] = After(Deep, 5, (60, 100), (70, 91), (85, 107.5), (95, 98.5), (110, 115), (120, 107)),
        ["rectangle"] = After(Deep, 5, (60, 110), (72, 101), (84, 110.2), (96, 100.8), (108, 110), (118, 103)),
        ["bullFlag"] = new([(0, 80), (20, 82), (30, 80), (42, 110), (52, 106), (58, 118)], 2, 2),
        ["resistance"] = After(Rise, 0, (60, 110), (80, 97), (95, 110), (115, 95), (130, 110), (140, 103)) with { Noise = 0.1 },
    };

    private static readonly Dictionary<string, string> Mirrored = new()
    {
        ["inverseHeadAndShoulders"] = "headAndShoulders",
        ["doubleBottom"] = "doubleTop",
        ["tripleBottom"] = "tripleTop",
        ["descendingTriangle"] = "ascendingTriangle",
        ["risingWedge"] = "fallingWedge",
        ["channelDown"] = "channelUp",
        ["bearFlag"] = "bullFlag",
        ["support"] = "resistance",
    };

    private static readonly Dictionary<string, int> Strengths = new()
    {
        ["headAndShoulders"] = -100,
        ["doubleTop"] = -100,
        ["tripleTop"] = -100,
        ["ascendingTriangle"] = 100,
        ["symmetricalTriangle"] = 0,
        ["fallingWedge"] = 100,
        ["channelUp"] = 100,
        ["rectangle"] = 0,
        ["bullFlag"] = 100,
        ["resistance"] = -100,
    };

    private static (Sketch Sketch, int Strength) Drawn(string name)
    {
        if (Good.TryGetValue(name, out var sketch)) return (sketch, Strengths[name]);
        sketch = Good[Mirrored[name]];
        return (sketch with { Corners = Flip(sketch.Corners) }, -Strengths[Mirrored[name]]);
    }

    private static (int, double)[] Flip((int Bar, double Price)[] corners) => [.. corners.Select(c => (c.Bar, 200 - c.Price))];

    public static TheoryData<string> Names => new(ChartPatterns.Names);

    [Fact]
    public void Every_shape_is_drawn_once() =>
        Assert.Equal(ChartPatterns.Names.Order(StringComparer.Ordinal), Good.Keys.Concat(Mirrored.Keys).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Names))]
    public void A_shape_drawn_is_found_at_its_corners(string name)
    {
        var (sketch, strength) = Drawn(name);
        for (var seed = 1; seed <= 20; seed++)
        {
            var bars = Drawing.Of(sketch.Corners, seed, sketch.Noise);
            var found = Assert.Single(ChartPatterns.Find(bars), p => p.Name == name);
            Assert.Equal(strength, found.Strength);
            Assert.InRange(found.Fit, name.EndsWith("Flag", StringComparison.Ordinal) ? 0.9 : 0.94, 1);
            for (var i = 0; i < sketch.Count; i++)
            {
                Assert.InRange(found.Points[i].Index, sketch.Corners[sketch.First + i].Bar - 1, sketch.Corners[sketch.First + i].Bar + 1);
                Assert.InRange(
                    found.Points[i].Price,
                    sketch.Corners[sketch.First + i].Price - 1,
                    sketch.Corners[sketch.First + i].Price + 1
                );
            }
            Assert.InRange(found.Index, found.Points.Max(p => p.Index) + 1, bars.Length - 1);
            var above = found.Invalidation > bars[found.Index].Close;
            if (strength != 0) Assert.Equal(strength < 0, above);
        }
    }

    /// <summary>Each is one of <see cref="Good"/> with one rule broken.</summary>
    private static readonly (string Name, string Why, Sketch Sketch)[] Bad =
    [
        (
            "headAndShoulders",
            "right shoulder above the head",
            After(Rise, 0, (55, 110), (65, 102), (80, 120), (95, 102.5), (105, 123), (125, 92))
        ),
        (
            "headAndShoulders",
            "left shoulder above the head",
            After(Rise, 0, (55, 123), (65, 102), (80, 120), (95, 102.5), (105, 110.5), (125, 92))
        ),
        ("headAndShoulders", "shoulders 6 % apart", After(Rise, 0, (55, 108), (65, 102), (80, 120), (95, 102.5), (105, 114.5), (125, 92))),
        ("headAndShoulders", "steep neckline", After(Rise, 0, (55, 110), (65, 98), (80, 120), (95, 106), (105, 111), (125, 88))),
        (
            "headAndShoulders",
            "no close below the neckline",
            After(Rise, 0, (55, 110), (65, 102), (80, 120), (95, 102.5), (105, 110.5), (111, 104), (125, 125))
        ),
        (
            "headAndShoulders",
            "nothing to reverse",
            After([(0, 118), (20, 119), (30, 121)], 0, (40, 104), (55, 110), (65, 102), (80, 120), (95, 102.5), (105, 110.5), (125, 92))
        ),
        ("headAndShoulders", "lopsided", After(Rise, 0, (55, 110), (65, 102), (75, 120), (110, 102.5), (140, 110.5), (165, 92))),
        ("doubleTop", "tops 5 % apart", After(Rise, 0, (60, 110), (75, 98), (90, 115.5), (115, 90))),
        ("doubleTop", "second top 5 % lower", After(Rise, 0, (60, 110), (75, 98), (90, 104.5), (115, 90))),
        ("doubleTop", "tops a fortnight apart", After(Rise, 0, (60, 110), (67, 98), (74, 110.5), (95, 90))),
        ("doubleTop", "no close below the valley", After(Rise, 0, (60, 110), (75, 98), (90, 110.5), (104, 100), (118, 125))),
        ("doubleTop", "shallow valley", After(Rise, 0, (60, 110), (75, 106), (90, 110.2), (115, 90)) with { Noise = 1.5 }),
        ("tripleTop", "middle top 5 % higher", After(Rise, 0, (60, 110), (70, 99), (85, 115.5), (98, 98), (112, 109.8), (135, 90))),
        (
            "tripleTop",
            "no close below the valleys",
            After(Rise, 0, (60, 110), (70, 99), (85, 110.4), (98, 98), (112, 109.8), (122, 103), (140, 130))
        ),
        ("ascendingTriangle", "lows do not rise", After(Deep, 0, (60, 110), (74, 96), (88, 110.2), (100, 96), (112, 110), (120, 104))),
        ("ascendingTriangle", "highs rise as well", After(Deep, 0, (60, 110), (74, 96), (88, 114), (100, 101.5), (112, 118), (120, 110))),
        (
            "ascendingTriangle",
            "middle high off the line",
            After(Deep, 0, (60, 110), (74, 96), (88, 106), (100, 101.5), (112, 110), (120, 104))
        ),
        ("symmetricalTriangle", "lines diverge", After(Deep, 0, (60, 105), (74, 95), (88, 108.5), (100, 92), (112, 112), (120, 98))),
        ("fallingWedge", "lines diverge", After(Deep, 0, (60, 110), (74, 101), (88, 106), (100, 92), (112, 102), (120, 92))),
        ("fallingWedge", "lines parallel", After(Deep, 0, (60, 115), (74, 103), (88, 107), (100, 95), (112, 99), (120, 93))),
        ("channelUp", "lines converge", After(Deep, 0, (60, 100), (70, 88), (85, 107.5), (95, 102), (110, 115), (120, 111))),
        ("channelUp", "middle high off the line", After(Deep, 0, (60, 100), (70, 91), (85, 112.5), (95, 98.5), (110, 115), (120, 109))),
        ("rectangle", "lower line falls", After(Deep, 0, (60, 110), (72, 103), (84, 110.2), (96, 98), (108, 110), (118, 103))),
        ("bullFlag", "gives up more than half", new([(0, 80), (20, 82), (30, 80), (42, 110), (52, 92), (60, 118)], 0, 0)),
        ("bullFlag", "pole not steep", new([(0, 80), (20, 82), (30, 80), (72, 98), (82, 96), (88, 102)], 0, 0, 1.5)),
        ("bullFlag", "no close above", new([(0, 80), (20, 82), (30, 80), (42, 110), (52, 106), (70, 85)], 0, 0)),
        ("resistance", "third high 2 % higher", After(Rise, 0, (60, 110), (80, 97), (95, 109.9), (115, 95), (130, 112.2), (140, 103))),
        (
            "resistance",
            "a higher high between",
            After(Rise, 0, (60, 110), (80, 97), (95, 113), (115, 95), (130, 110.1), (140, 100), (155, 110), (165, 100))
        ),
        ("resistance", "two touches only", After(Rise, 0, (60, 110), (80, 97), (95, 109.9), (115, 95))),
    ];

    public static TheoryData<int> Mistakes => new(Enumerable.Range(0, Bad.Length));

    [Theory, MemberData(nameof(Mistakes))]
    public void A_shape_drawn_wrong_is_not_found(int which)
    {
        var (name, why, sketch) = Bad[which];
        var mirror = Mirrored.FirstOrDefault(m => m.Value == name).Key ?? name;
        for (var seed = 1; seed <= 10; seed++)
        {
            Assert.DoesNotContain(
                name,
                ChartPatterns.Find(Drawing.Of(sketch.Corners, seed, sketch.Noise)).Select(p => p.Name + (p.Name == name ? "" : " " + why))
            );
            Assert.DoesNotContain(mirror, ChartPatterns.Find(Drawing.Of(Flip(sketch.Corners), seed, sketch.Noise)).Select(p => p.Name));
        }
    }

    [Fact]
    public void The_fit_falls_the_more_a_shape_is_off_its_lines()
    {
        double Fit(double off)
        {
            var corners = Good["doubleTop"].Corners.ToArray();
            corners[5].Price = corners[3].Price + off;
            return Assert.Single(ChartPatterns.Find(Drawing.Of(corners, 1, 0)), p => p.Name == "doubleTop").Fit;
        }
        Assert.Equal(1, Fit(0), 1e-12);
        // Half of 1 off the mean on either side, of a height of 12.5 to the valley at 98.
        Assert.Equal(1 - 0.5 / 12.5, Fit(1), 1e-9);
        Assert.True(Fit(2) < Fit(1));
    }
}
