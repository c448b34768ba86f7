using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>
/// Flags (Edwards and Magee; Bulkowski): a steep pole, then within three weeks a narrow channel that runs sideways or back and gives up no
/// more than half of it; known at the first close beyond the channel in the pole's direction. Flags are shorter than swings, so they are
/// measured on bars: the channel runs along the regression of the bars' middles (as Bulkowski measures a flag's tilt) and holds all highs
/// and lows. Wrong beyond the flag's far end. Fit: the middles from the regression, in units of the pole.
/// </summary>
internal sealed class Flags(List<Ohlcv> bars, List<double> ranges)
{
    public static readonly string[] Names = ["bullFlag", "bearFlag"];

    /// <summary>
    /// The pole's length in average true ranges at its start. A range is some 1.6 standard deviations of a day, so seven in three weeks are
    /// nearly three of a random walk: "unusually steep" (Bulkowski).
    /// </summary>
    private const double Pole = 7;

    /// <summary>Bars of a pole, and of a flag, at most (Bulkowski: longer ones are channels).</summary>
    private const int MaxBars = 15;

    /// <summary>Bars of a flag at least, a week: fewer do not make a channel.</summary>
    private const int MinBars = 5;

    /// <summary>Maximum retracement, as a part of the pole: a flag retraces no more than half of it.</summary>
    private const double Retraces = 0.5;

    /// <summary>Maximum width of the channel, as a part of the pole: a flag is narrow beside it. The figure is ours.</summary>
    private const double Width = 1.0 / 3;

    /// <summary>
    /// A flag that goes on rising by more, as a part of the pole, is the pole itself slowing down; such flags do worse (Bulkowski).
    /// </summary>
    private const double Onwards = 0.05;

    private readonly int[] _tops = [-1, -1];

    public void Next(int now, List<ChartPattern> found)
    {
        for (var side = 1; side >= -1; side -= 2)
        {
            var which = side > 0 ? 0 : 1;
            if (Find(now, side) is not { } flag || _tops[which] == flag.Points[1].Index) continue;
            _tops[which] = flag.Points[1].Index;
            found.Add(flag);
        }
    }

    private double High(int bar, int side) => side > 0 ? bars[bar].High : -bars[bar].Low;
    private double Low(int bar, int side) => side > 0 ? bars[bar].Low : -bars[bar].High;

    /// <param name="side">−1 looks at prices upside down.</param>
    private ChartPattern? Find(int now, int side)
    {
        if (now < 1 || side * (bars[now].Close - bars[now - 1].Close) <= 0) return null;
        var top = now - 1;
        for (var i = now - 2; i >= Math.Max(0, now - 1 - MaxBars); i--)
            if (High(i, side) >= High(top, side)) top = i;
        if (now - 1 - top is < MinBars or > MaxBars) return null;
        var start = top;
        for (var i = top - 1; i >= Math.Max(0, top - MaxBars); i--)
        {
            // Not the top that prices came from, but one on their way down.
            if (High(i, side) > High(top, side)) return null;
            if (Low(i, side) < Low(start, side)) start = i;
        }
        var pole = High(top, side) - Low(start, side);
        return start < top && pole > 0 && pole >= Pole * ranges[start] ? Channel(now, side, start, top, pole) : null;
    }

    private ChartPattern? Channel(int now, int side, int start, int top, double pole)
    {
        // In units of the pole, from its top down.
        double Part(double price) => (price - High(top, side)) / pole;
        double Middle(int bar) => (Part(High(bar, side)) + Part(Low(bar, side))) / 2;
        var (count, centre, mean, slope) = (now - 1 - top, (now + top) / 2.0, 0.0, 0.0);
        for (var i = top + 1; i < now; i++)
        {
            mean += Middle(i) / count;
            slope += (i - centre) * Middle(i) * 12 / (count * (count * (double)count - 1));
        }
        var (above, below, squares, lowest) = (double.NegativeInfinity, double.PositiveInfinity, 0.0, top + 1);
        for (var i = top + 1; i < now; i++)
        {
            var line = mean + slope * (i - centre);
            (above, below) = (Math.Max(above, Part(High(i, side)) - line), Math.Min(below, Part(Low(i, side)) - line));
            squares += (Middle(i) - line) * (Middle(i) - line) / count;
            if (Low(i, side) < Low(lowest, side)) lowest = i;
        }
        double Price(int bar, double off) => side * (High(top, side) + pole * (mean + slope * (bar - centre) + off));
        if (
            !(
                above - below <= Width
                && slope * (count - 1) <= Onwards
                && Part(Low(lowest, side)) >= -Retraces
                && side * (bars[now].Close - Price(now, above)) > 0
            )
        )
            return null;
        PatternPoint[] points =
        [
            new("poleStart", start, side * Low(start, side)),
            new("poleEnd", top, side * High(top, side)),
            new(side > 0 ? "upper" : "lower", top + 1, Price(top + 1, above)),
            new(side > 0 ? "upper" : "lower", now - 1, Price(now - 1, above)),
            new(side > 0 ? "lower" : "upper", top + 1, Price(top + 1, below)),
            new(side > 0 ? "lower" : "upper", now - 1, Price(now - 1, below)),
        ];
        return new ChartPattern(
            Names[side > 0 ? 0 : 1],
            now,
            100 * side,
            points,
            Math.Max(0, 1 - Math.Sqrt(squares)),
            side * Low(lowest, side)
        );
    }
}
