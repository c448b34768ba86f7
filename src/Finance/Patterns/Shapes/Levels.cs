namespace AgentInvest.Finance.Patterns;

/// <summary>
/// Support and resistance: three lows, or highs, at one level with none beyond it between (Edwards and Magee). Known when the third is
/// confirmed. Support is bullish and wrong below its band, resistance bearish and wrong above. Fit: the touches from their mean, in units
/// of the farthest that prices went from it. The next of the same name begins no earlier than the last one ended.
/// </summary>
internal sealed class Levels(List<Pivot> pivots)
{
    public static readonly string[] Names = ["support", "resistance"];

    /// <summary>Half the band's width in average true ranges: the band is as wide as half a usual bar. Ours, as is the next.</summary>
    private const double Band = 0.25;

    /// <summary>Bars between touches: a week, so that three are more than one turn.</summary>
    private const int MinDistance = 5;

    private readonly int[] _ended = new int[Names.Length];

    /// <summary>A pivot was confirmed at bar <paramref name="now"/>.</summary>
    public void Turn(int now, List<ChartPattern> found)
    {
        var last = pivots[^1];
        var (side, which) = last.IsHigh ? (-1, 1) : (1, 0);
        var (band, far) = (Band * last.Range, 0.0);
        Span<int> touches = [pivots.Count - 1, 0, 0];
        var count = 1;
        for (
            var i = pivots.Count - 2;
            i >= 0 && count < 3 && last.At - pivots[i].At <= ChartPatterns.MaxBars && pivots[i].At >= _ended[which];
            i--
        )
        {
            var off = side * (pivots[i].Price - last.Price);
            if (pivots[i].IsHigh != last.IsHigh) far = Math.Max(far, off);
            else if (off < -band) return;
            else if (off <= band && pivots[touches[count - 1]].At - pivots[i].At >= MinDistance) touches[count++] = i;
        }
        if (count < 3) return;
        var (a, b) = (pivots[touches[2]], pivots[touches[1]]);
        var level = (a.Price + b.Price + last.Price) / 3;
        if (!(far > 0)) return;
        _ended[which] = last.At;
        var fit = Line.Fit((a.Price - level) / far, (b.Price - level) / far, (last.Price - level) / far);
        found.Add(
            new ChartPattern(
                Names[which],
                now,
                100 * side,
                [a.Point("touch"), b.Point("touch"), last.Point("touch")],
                fit,
                level - side * band
            )
        );
    }
}
