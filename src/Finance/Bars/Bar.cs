namespace AgentInvest.Finance.Bars;

/// <summary>Open, high, low, close and volume of one interval that starts at <paramref name="T"/>.</summary>
public readonly record struct Bar(DateTimeOffset T, decimal O, decimal H, decimal L, decimal C, decimal V)
{
    public DateOnly Day => DateOnly.FromDateTime(T.UtcDateTime);
}

/// <summary>A split (new shares per old) or cash dividend (per share held at the close of <paramref name="LastDateBefore"/>).</summary>
public readonly record struct Adjustment(DateOnly LastDateBefore, bool IsSplit, decimal Value);

public static class BarMath
{
    /// <summary>
    /// Back-adjusts raw daily bars: prices up to a split are divided by its ratio and volumes multiplied; prices up to a dividend are
    /// multiplied by 1 − dividend ÷ close of the last day before it (the method of CRSP, as Yahoo describes it). The newest bars stay as
    /// they are.
    /// </summary>
    public static Bar[] Adjust(IReadOnlyList<Bar> raw, IEnumerable<Adjustment> actions)
    {
        var adjusted = raw.ToArray();
        var pending = actions.OrderByDescending(a => a.LastDateBefore).ThenBy(a => a.IsSplit).ToList();
        var (price, volume) = (1m, 1m);
        var next = 0;
        for (var i = raw.Count - 1; i >= 0; i--)
        {
            for (; next < pending.Count && pending[next].LastDateBefore >= raw[i].Day; next++)
            {
                var action = pending[next];
                // What follows the last bar has not happened yet.
                if (i == raw.Count - 1) continue;
                if (action.IsSplit) (price, volume) = (price / action.Value, volume * action.Value);
                else if (raw[i].C > action.Value) price *= 1 - action.Value / raw[i].C;
            }
            if (price == 1m && volume == 1m) continue;
            var bar = raw[i];
            adjusted[i] = bar with
            {
                O = Scale(bar.O, price),
                H = Scale(bar.H, price),
                L = Scale(bar.L, price),
                C = Scale(bar.C, price),
                V = decimal.Round(bar.V * volume, 4),
            };
        }
        return adjusted;
    }

    private static decimal Scale(decimal value, decimal factor) => decimal.Round(value * factor, 10);

    /// <summary>
    /// Joins ascending bars into longer ones; <paramref name="start"/> gives the start of the interval that a bar belongs to.
    /// </summary>
    public static List<Bar> Aggregate(IEnumerable<Bar> bars, Func<DateTimeOffset, DateTimeOffset> start)
    {
        var joined = new List<Bar>();
        foreach (var bar in bars)
        {
            var at = start(bar.T);
            if (joined.Count > 0 && joined[^1].T == at)
            {
                var last = joined[^1];
                joined[^1] = last with { H = Math.Max(last.H, bar.H), L = Math.Min(last.L, bar.L), C = bar.C, V = last.V + bar.V };
            }
            else
            {
                joined.Add(bar with { T = at });
            }
        }
        return joined;
    }
}
