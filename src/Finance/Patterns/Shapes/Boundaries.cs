using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>
/// Triangles, wedges, channels and rectangles: five pivots in turn on two lines, three on one and two on the other (LMW's E1 … E5;
/// Bulkowski's five touches), no close outside. Known when the fifth is confirmed. How the two lines run, as parts of the height at the
/// first pivot, says which it is; what is neither clearly one nor the other is none. A shape of the same name begins no earlier than the
/// last one ended.
/// </summary>
/// <remarks>
/// Ascending: level above, rising below (bullish; wrong below the lower line). Descending: the reverse. Symmetrical: falling above, rising
/// below, undirected. Wedges: both rise, converging (bearish, Bulkowski), or both fall (bullish). Channels: both rise (bullish) or fall,
/// parallel. Rectangle: both level, undirected. A directed one is wrong beyond the line it leans on, an undirected one beyond the line it
/// touched last. Fit: the five pivots from the lines.
/// </remarks>
internal sealed class Boundaries(List<Ohlcv> bars, List<Pivot> pivots)
{
    public static readonly string[] Names =
    [
        "ascendingTriangle",
        "descendingTriangle",
        "symmetricalTriangle",
        "risingWedge",
        "fallingWedge",
        "channelUp",
        "channelDown",
        "rectangle",
    ];

    /// <summary>
    /// A line that moves no more over the shape is level, in units of the height. This and the next four figures are ours: the sources give
    /// only horizontal, sloped, converging, parallel.
    /// </summary>
    private const double IsLevel = 0.1;

    /// <summary>A line that moves as much is sloped; between the two it is neither.</summary>
    private const double IsSloped = 0.25;

    /// <summary>
    /// Where lines converge, the minimum part of the first pivot's gap that is gone by the fifth. Breakouts come at three quarters of the
    /// way to the apex (Bulkowski), the fifth pivot at half or less of that.
    /// </summary>
    private const double Converges = 0.35;

    /// <summary>Parallel lines' gap changes by no more.</summary>
    private const double IsParallel = 0.15;

    /// <summary>A channel rises by half its height or more; less is a rectangle off level.</summary>
    private const double Climbs = 0.5;

    /// <summary>
    /// How far the three pivots may be off their line, and closes outside of either, in units of the height.
    /// </summary>
    private const double Touches = 0.06;

    /// <summary>LMW: a rectangle's tops are within 0.75 % of their average, and so its bottoms.</summary>
    private const double RectangleOfPrice = 0.0075;

    /// <summary>Bulkowski: three weeks at least; shorter ones are flags and pennants.</summary>
    private const int MinBars = 15;

    private readonly int[] _ended = new int[Names.Length];

    /// <summary>A pivot was confirmed at bar <paramref name="now"/>.</summary>
    public void Turn(int now, List<ChartPattern> found)
    {
        if (pivots.Count < 5) return;
        var (a, b, c, d, e) = (pivots[^5], pivots[^4], pivots[^3], pivots[^2], pivots[^1]);
        if (e.At - a.At is < MinBars or > ChartPatterns.MaxBars) return;
        var (three, two) = (Line.Through(a, c, e), Line.Through(b, d));
        var (upper, lower) = e.IsHigh ? (three, two) : (two, three);
        var height = upper.At(a.At) - lower.At(a.At);
        if (!(height > 0) || !(bars[now].Close < upper.At(now) && bars[now].Close > lower.At(now))) return;
        Span<double> off =
        [
            (a.Price - three.At(a.At)) / height,
            (c.Price - three.At(c.At)) / height,
            (e.Price - three.At(e.At)) / height,
            0,
            0,
        ];
        foreach (var o in off)
            if (!(Math.Abs(o) <= Touches)) return;
        var (above, below) = ((upper.At(e.At) - upper.At(a.At)) / height, (lower.At(e.At) - lower.At(a.At)) / height);
        if (Kind(above, below) is not var (name, strength)) return;
        // LMW: on a sloped line each pivot is beyond the one before.
        if (
            Run(e.IsHigh ? above : below) is not 0 and var run
            && (Math.Sign(c.Price - a.Price) != run || Math.Sign(e.Price - c.Price) != run)
        )
            return;
        if (name == "rectangle" && !(IsLevelOfPrice(a, c) && IsLevelOfPrice(c, e) && IsLevelOfPrice(a, e) && IsLevelOfPrice(b, d))) return;
        var ended = Array.IndexOf(Names, name);
        if (a.At < _ended[ended] || !Holds(upper, lower, a.At, now - 1, Touches * height)) return;
        _ended[ended] = e.At;
        PatternPoint[] points = [a.Point(Role(a)), b.Point(Role(b)), c.Point(Role(c)), d.Point(Role(d)), e.Point(Role(e))];
        found.Add(
            new ChartPattern(
                name,
                now,
                strength,
                points,
                Line.Fit(off),
                (strength < 0 || (strength == 0 && e.IsHigh) ? upper : lower).At(now)
            )
        );
    }

    private static string Role(Pivot pivot) => pivot.IsHigh ? "upper" : "lower";

    private static bool IsLevelOfPrice(Pivot a, Pivot b) =>
        Math.Abs(a.Price - b.Price) <= 2 * RectangleOfPrice * Math.Abs(a.Price / 2 + b.Price / 2);

    /// <param name="upper">What the upper line gains over the shape, in units of the height; <paramref name="lower"/> alike.</param>
    private static (string Name, int Strength)? Kind(double upper, double lower)
    {
        var (converges, parallel) = (lower - upper >= Converges, Math.Abs(lower - upper) <= IsParallel);
        return (Run(upper), Run(lower)) switch
        {
            (0, 1) when converges => ("ascendingTriangle", 100),
            (-1, 0) when converges => ("descendingTriangle", -100),
            (-1, 1) => ("symmetricalTriangle", 0),
            (1, 1) when converges => ("risingWedge", -100),
            (-1, -1) when converges => ("fallingWedge", 100),
            (1, 1) when parallel && Math.Min(upper, lower) >= Climbs => ("channelUp", 100),
            (-1, -1) when parallel && Math.Max(upper, lower) <= -Climbs => ("channelDown", -100),
            (0, 0) => ("rectangle", 0),
            _ => null,
        };
    }

    private static int? Run(double gain) => Math.Abs(gain) <= IsLevel ? 0 : Math.Abs(gain) >= IsSloped ? Math.Sign(gain) : null;

    private bool Holds(Line upper, Line lower, int from, int to, double within)
    {
        for (var i = from; i <= to; i++)
            if (bars[i].Close > upper.At(i) + within || bars[i].Close < lower.At(i) - within) return false;
        return true;
    }
}
