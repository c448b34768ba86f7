namespace AgentInvest.Finance.Risk;

/// <summary>One fall from a peak, in periods counted from 0; the peak of −1 is the start.</summary>
/// <param name="Depth">Negative.</param>
/// <param name="Recovered">The first period at or above the peak again; null while under water.</param>
public sealed record Drawdown(int Peak, int Trough, double Depth, int? Recovered);

public static class Drawdowns
{
    /// <summary>How far below the highest wealth so far each period ends, the start counted as a peak: 0 or negative.</summary>
    public static double[] Series(ReadOnlySpan<double> r)
    {
        var series = new double[r.Length];
        var (wealth, peak) = (1.0, 1.0);
        for (var i = 0; i < r.Length; i++)
        {
            wealth *= 1 + r[i];
            peak = Math.Max(peak, wealth);
            series[i] = wealth / peak - 1;
        }
        return series;
    }

    /// <summary>Each fall below a peak until it is made up, in order.</summary>
    public static IReadOnlyList<Drawdown> Episodes(ReadOnlySpan<double> r)
    {
        var series = Series(r);
        var episodes = new List<Drawdown>();
        Drawdown? open = null;
        for (var i = 0; i < series.Length; i++)
        {
            if (series[i] < 0)
                open =
                    open is null ? new Drawdown(i - 1, i, series[i], null)
                    : series[i] < open.Depth ? open with { Trough = i, Depth = series[i] }
                    : open;
            else if (open is not null)
            {
                episodes.Add(open with { Recovered = i });
                open = null;
            }
        }
        if (open is not null) episodes.Add(open);
        return episodes;
    }
}
