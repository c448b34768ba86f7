using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>
/// Classic chart shapes by pivots: one pass over the bars, each looked at once and never again from a later one, so that what is found up
/// to a bar does not depend on what follows. Every threshold is relative to the bars' own volatility or to the shape's height; volume is
/// not considered.
/// </summary>
/// <remarks>
/// Sources: R. Edwards and J. Magee, Technical Analysis of Stock Trends (1948); T. Bulkowski, Encyclopedia of Chart Patterns (2005); A. Lo,
/// H. Mamaysky and J. Wang, Foundations of Technical Analysis, Journal of Finance 55 (2000), here "LMW". Where they differ the stricter
/// rule is taken, as a random walk draws loose shapes all the time.
/// </remarks>
public static class ChartPatterns
{
    /// <summary>
    /// Bars from a shape's first point to its last, a year of days: what Bulkowski's longest shapes take. It bounds the work per pivot,
    /// too.
    /// </summary>
    internal const int MaxBars = 250;

    /// <summary>All shapes that are looked for.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Reversals.Names, .. Boundaries.Names, .. Flags.Names, .. Levels.Names];

    /// <summary>
    /// The shapes in the order in which they became known. Bars ascend in time; those that lack a number are left out, as if they did not
    /// exist.
    /// </summary>
    public static IReadOnlyList<ChartPattern> Find(ReadOnlySpan<Ohlcv> bars)
    {
        var (whole, places) = (new List<Ohlcv>(bars.Length), new List<int>(bars.Length));
        for (var i = 0; i < bars.Length; i++)
        {
            if (!bars[i].IsWhole) continue;
            whole.Add(bars[i]);
            places.Add(i);
        }
        var (swings, found) = (new Swings(whole), new List<ChartPattern>());
        var (reversals, boundaries, flags, levels) = (
            new Reversals(swings.Pivots),
            new Boundaries(whole, swings.Pivots),
            new Flags(whole, swings.Ranges),
            new Levels(swings.Pivots)
        );
        for (var now = 0; now < whole.Count; now++)
        {
            if (swings.Next(now))
            {
                reversals.Turn();
                boundaries.Turn(now, found);
                levels.Turn(now, found);
            }
            reversals.Close(now, whole[now].Close, found);
            flags.Next(now, found);
        }
        return whole.Count == bars.Length
            ? found
            : found.ConvertAll(f =>
                f with
                {
                    Index = places[f.Index],
                    Points = [.. f.Points.Select(p => p with { Index = places[p.Index] })],
                }
            );
    }
}
