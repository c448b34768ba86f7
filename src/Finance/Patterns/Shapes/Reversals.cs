namespace AgentInvest.Finance.Patterns;

/// <summary>
/// Head and shoulders, double and triple tops, and the same upside down. All wait for a close beyond the neckline (Edwards and Magee: there
/// is no shape before it; Bulkowski: of twin peaks most never confirm); an attempt ends at a close beyond what would invalidate it, or once
/// it has waited for as long as its pivots took. Of each name only the newest attempt waits.
/// </summary>
internal sealed class Reversals(List<Pivot> pivots)
{
    public static readonly string[] Names =
    [
        "headAndShoulders",
        "inverseHeadAndShoulders",
        "doubleTop",
        "doubleBottom",
        "tripleTop",
        "tripleBottom",
    ];

    /// <summary>
    /// LMW: shoulders, the neckline's ends, and tops of a double top are each within 1.5 % of their average; that is twice as much from
    /// each other.
    /// </summary>
    private const double AlikeOfPrice = 2 * 0.015;

    /// <summary>
    /// The same in units of the shape's height: 1.5 % of the price is negligible in a volatile series and everything in a quiet one.
    /// </summary>
    private const double AlikeOfHeight = 0.25;

    /// <summary>
    /// For tops of double and triple tops: Bulkowski has them within 3 % over valleys of 10 to 20 %, which is a fifth at the middle.
    /// </summary>
    private const double LevelOfHeight = 0.2;

    /// <summary>
    /// How far the head stands out over both shoulders, and both shoulders over the neckline, in units of the height: with less it is a
    /// triple top, or no shoulder. The figure is ours.
    /// </summary>
    private const double MinProminence = 0.2;

    /// <summary>
    /// Bulkowski: proportional, not lopsided. The longer of the head's distances in bars to its shoulders is at most so many times the
    /// shorter; the figure is ours.
    /// </summary>
    private const double MaxAsymmetry = 2.5;

    /// <summary>
    /// Minimum height in average true ranges: Bulkowski's valleys of 10 % for stocks by the day, whose range is some 2.5 %.
    /// </summary>
    private const double MinHeight = 4;

    /// <summary>LMW: bars between the tops of a double top, a month of days, as Edwards and Magee ask.</summary>
    private const int MinDistance = 22;

    private const int Head = 0, Double = 2, Triple = 4;

    private readonly Attempt?[] _waiting = new Attempt?[Names.Length];
    private int _side;

    /// <param name="Side">+1 of tops, −1 of bottoms.</param>
    private sealed record Attempt(int Name, int Side, PatternPoint[] Points, double Fit, Line Neck, double Invalidation, int Until);

    /// <summary>A pivot was confirmed.</summary>
    public void Turn()
    {
        _side = pivots[^1].IsHigh ? 1 : -1;
        HeadAndShoulders();
        Tops();
    }

    /// <summary>Confirms or ends what waits.</summary>
    public void Close(int now, double close, List<ChartPattern> found)
    {
        foreach (ref var attempt in _waiting.AsSpan())
        {
            if (attempt is not { } a) continue;
            if (a.Side * (close - a.Neck.At(now)) < 0)
                found.Add(new ChartPattern(Names[a.Name], now, -100 * a.Side, a.Points, a.Fit, a.Invalidation));
            else if (a.Side * (close - a.Invalidation) <= 0 && now < a.Until) continue;
            attempt = null;
        }
    }

    /// <summary>The price of a pivot, upside down for bottoms.</summary>
    private double Value(int pivot) => _side * pivots[pivot].Price;

    /// <summary>
    /// LMW's five extremes: the head E3 above the shoulders E1 and E5, these alike, E2 and E4 alike; with Edwards and Magee's advance
    /// before it, and proportions. Neckline: through E2 and E4 where it runs towards the head, and level from E4 where it runs away, as
    /// prices might else never reach it (Bulkowski). Wrong beyond the right shoulder. Fit: shoulders and neckline's ends from the level of
    /// each pair.
    /// </summary>
    private void HeadAndShoulders()
    {
        var first = pivots.Count - 5;
        if (first < 0 || pivots[^1].At - pivots[first].At > ChartPatterns.MaxBars) return;
        var (e1, e2, e3, e4, e5) = (Value(first), Value(first + 1), Value(first + 2), Value(first + 3), Value(first + 4));
        var height = e3 - (e2 + e4) / 2;
        var (before, after) = (pivots[first + 2].At - pivots[first].At, pivots[^1].At - pivots[first + 2].At);
        if (
            !(
                height >= MinHeight * pivots[first + 2].Range
                && e3 - Math.Max(e1, e5) >= MinProminence * height
                && Math.Min(e1, e5) - Math.Max(e2, e4) >= MinProminence * height
            )
            || !Alike(e1, e5, AlikeOfHeight * height)
            || !Alike(e2, e4, AlikeOfHeight * height)
            || Math.Max(before, after) > MaxAsymmetry * Math.Min(before, after)
            || !Advance(first, Math.Min(e2, e4), e3)
        )
            return;
        var (shoulders, neck) = ((e1 - e5) / 2 / height, (e2 - e4) / 2 / height);
        Wait(
            Head,
            [first, first + 1, first + 2, first + 3, first + 4],
            ["leftShoulder", "leftNeckline", "head", "rightNeckline", "rightShoulder"],
            Line.Fit(shoulders, shoulders, neck, neck),
            e4 < e2 ? Line.Level(pivots[first + 3].Price) : Line.Through(pivots[first + 1], pivots[first + 3]),
            e5
        );
    }

    /// <summary>
    /// LMW's double top, two tops alike and a month apart with none higher between; Bulkowski's triple top, three alike. Neckline: the
    /// lowest valley. Wrong beyond the highest top. Fit: the tops from their mean. What is a triple top is no double top.
    /// </summary>
    private void Tops()
    {
        Span<int> tops = [pivots.Count - 1, 0, 0], valleys = [0, 0];
        var (count, valley, last) = (1, pivots.Count - 2, Value(pivots.Count - 1));
        for (var i = pivots.Count - 2; i >= 0 && count < 3 && pivots[^1].At - pivots[i].At <= ChartPatterns.MaxBars; i--)
        {
            if (pivots[i].IsHigh != pivots[^1].IsHigh)
            {
                if (Value(i) < Value(valley)) valley = i;
            }
            else if (Alike(Value(i), last, LevelOfHeight * (last - Value(valley))))
            {
                (valleys[count - 1], tops[count]) = (valley, i);
                (count, valley) = (count + 1, Math.Max(0, i - 1));
            }
            else if (Value(i) > last) break;
        }
        if (count == 3 && IsTriple(tops, valleys)) Triples(tops, valleys);
        else if (count > 1) Doubles(tops[1], valleys[0], tops[0]);
    }

    private bool IsTriple(ReadOnlySpan<int> tops, ReadOnlySpan<int> valleys)
    {
        var depth = Math.Min(Value(tops[0]), Math.Min(Value(tops[1]), Value(tops[2]))) - Math.Max(Value(valleys[0]), Value(valleys[1]));
        return depth >= MinHeight * pivots[^1].Range && Alike(Value(tops[1]), Value(tops[2]), LevelOfHeight * depth)
            && Math.Min(pivots[tops[0]].At - pivots[tops[1]].At, pivots[tops[1]].At - pivots[tops[2]].At) >= MinDistance / 2;
    }

    private void Triples(ReadOnlySpan<int> tops, ReadOnlySpan<int> valleys)
    {
        var (a, b, c, neck) = (Value(tops[2]), Value(tops[1]), Value(tops[0]), Math.Min(Value(valleys[0]), Value(valleys[1])));
        var (mean, highest) = ((a + b + c) / 3, Math.Max(a, Math.Max(b, c)));
        if (!Advance(tops[2], neck, highest)) return;
        var height = mean - neck;
        Wait(
            Triple,
            [tops[2], valleys[1], tops[1], valleys[0], tops[0]],
            Roles("first", "second", "third"),
            Line.Fit((a - mean) / height, (b - mean) / height, (c - mean) / height),
            Line.Level(_side * neck),
            highest
        );
        _waiting[Double + (_side < 0 ? 1 : 0)] = null;
    }

    private void Doubles(int first, int valley, int second)
    {
        var (a, b, neck) = (Value(first), Value(second), Value(valley));
        if (
            pivots[second].At - pivots[first].At < MinDistance
            || !(Math.Min(a, b) - neck >= MinHeight * pivots[second].Range)
            || !Advance(first, neck, Math.Max(a, b))
        )
            return;
        var off = (a - b) / 2 / ((a + b) / 2 - neck);
        Wait(Double, [first, valley, second], Roles("first", "second"), Line.Fit(off, off), Line.Level(_side * neck), Math.Max(a, b));
    }

    /// <summary>Tops and what lies between them, or bottoms; of two there is one valley.</summary>
    private string[] Roles(params string[] ordinals)
    {
        var (top, valley) = _side > 0 ? ("Top", "Valley") : ("Bottom", "Peak");
        return ordinals.Length == 2 ? [ordinals[0] + top, valley.ToLowerInvariant(), ordinals[1] + top]
            : [ordinals[0] + top, ordinals[0] + valley, ordinals[1] + top, ordinals[1] + valley, ordinals[2] + top];
    }

    private static bool Alike(double a, double b, double within) =>
        Math.Abs(a - b) <= within && Math.Abs(a - b) <= AlikeOfPrice * Math.Abs(a / 2 + b / 2);

    /// <summary>
    /// A reversal has something to reverse: before the first top prices came from below the neckline, without having been above the shape
    /// since.
    /// </summary>
    private bool Advance(int first, double neck, double top)
    {
        for (var i = first - 1; i >= 0 && pivots[first].At - pivots[i].At <= ChartPatterns.MaxBars; i--)
        {
            if (Value(i) < neck) return true;
            if (Value(i) > top) return false;
        }
        return false;
    }

    private void Wait(int name, int[] at, string[] roles, double fit, Line neck, double invalidation)
    {
        name += _side < 0 ? 1 : 0;
        _waiting[name] = new Attempt(
            name,
            _side,
            at.Select((p, i) => pivots[p].Point(roles[i])).ToArray(),
            fit,
            neck,
            _side * invalidation,
            2 * pivots[at[^1]].At - pivots[at[0]].At
        );
    }
}
