namespace AgentInvest.Finance.Performance;

/// <summary>A fall from a high and the way back.</summary>
/// <param name="Depth">At the trough, negative: −0.25 is a quarter below the peak.</param>
/// <param name="Recovered">The first day at the peak's height again; null while below it.</param>
public sealed record Drawdown(DateOnly Peak, DateOnly Trough, DateOnly? Recovered, decimal Depth);

/// <summary>Falls of the time-weighted growth, so that deposits and withdrawals neither hide nor make one.</summary>
public static class Drawdowns
{
    /// <summary>All of a series, the deepest first; days on which the return is not defined end it.</summary>
    public static IReadOnlyList<Drawdown> Of(IReadOnlyList<PerformancePoint> series)
    {
        var found = new List<Drawdown>();
        Drawdown? open = null;
        var (peak, top) = (default(DateOnly), 0m);
        foreach (var point in series.TakeWhile(p => p.Twr is not null))
        {
            var growth = 1 + point.Twr!.Value;
            if (growth >= top)
            {
                if (open is not null) found.Add(open with { Recovered = point.Date });
                (open, peak, top) = (null, point.Date, growth);
            }
            else if (growth / top - 1 is var depth && (open is null || depth < open.Depth))
            {
                open = new Drawdown(peak, point.Date, null, depth);
            }
        }
        if (open is not null) found.Add(open);
        return found.OrderBy(d => d.Depth).ThenBy(d => d.Peak).ToList();
    }
}
