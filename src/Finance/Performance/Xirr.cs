namespace AgentInvest.Finance.Performance;

/// <summary>Money at a day, from the investor's side: what is put in is negative, what comes back positive.</summary>
public readonly record struct Flow(DateOnly Day, double Amount);

/// <summary>
/// The money-weighted return: the effective annual rate r with Σ amount ÷ (1 + r)^(days ÷ 365) = 0, as spreadsheets define XIRR.
/// </summary>
public static class Xirr
{
    /// <summary>Of the log of the growth factor per year; beyond it no stretch of a day makes sense.</summary>
    private const double Limit = 1e5;

    /// <summary>
    /// The rate as a fraction, at least −1; null where none is defined: no flow of one of the two signs, all on one day, or no root. Of
    /// several roots the one nearest to 0 is answered, which is the one that a growing stake makes meaningful. Order of the flows does not
    /// matter.
    /// </summary>
    public static double? Solve(IEnumerable<Flow> flows) => Explain(flows).Rate;

    /// <summary>The same, with the reason where there is no rate. A rate too large for a number is infinite.</summary>
    public static (double? Rate, string? Reason) Explain(IEnumerable<Flow> flows)
    {
        var byDay = flows
            .GroupBy(f => f.Day)
            .Select(g => new Flow(g.Key, g.Sum(f => f.Amount)))
            .Where(f => f.Amount != 0)
            .OrderBy(f => f.Day)
            .ToArray();
        if (byDay.Length == 0) return (null, "No money was put in or got back.");
        if (byDay.All(f => f.Amount > 0) || byDay.All(f => f.Amount < 0))
            return (null, "It takes money put in and money got back: here is only one of the two.");
        var first = byDay[0].Day.DayNumber;
        var terms = Array.ConvertAll(byDay, f => ((f.Day.DayNumber - first) / 365.0, f.Amount));
        var changes = byDay.Zip(byDay.Skip(1)).Count(p => Math.Sign(p.First.Amount) != Math.Sign(p.Second.Amount));
        var root = Nearest(terms, only: changes == 1);
        return root is { } log ? (double.ExpM1(log), null) : (null, "No annual rate makes these flows even out.");
    }

    /// <summary>
    /// The log of the growth factor at which the flows even out, sought outwards from 0 on both sides. With one change of sign there is one
    /// root at most.
    /// </summary>
    private static double? Nearest((double Years, double Amount)[] terms, bool only)
    {
        if (Value(terms, 0) == 0) return 0;
        double? up = null, down = null;
        var (low, high) = (0.0, 0.0);
        for (var step = 0.05; high < Limit && up is null && down is null; step = high < 3 ? step : step * 1.25)
        {
            up = Between(terms, high, high + step);
            if (up is null || !only) down = Between(terms, low - step, low);
            (low, high) = (low - step, high + step);
        }
        if (up is null || down is null) return up ?? down;
        return double.ExpM1(up.Value) <= -double.ExpM1(down.Value) ? up : down;
    }

    private static double? Between((double, double)[] terms, double low, double high)
    {
        var (a, b) = (Value(terms, low), Value(terms, high));
        if (a == 0) return low;
        if (b == 0) return high;
        if (Math.Sign(a) == Math.Sign(b)) return null;
        while (high - low > 2e-16 * Math.Max(1, Math.Abs(low)))
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high) break;
            if (Math.Sign(Value(terms, middle)) == Math.Sign(a)) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>The present value up to a positive factor, chosen so that no power overflows: only its sign is asked for.</summary>
    private static double Value((double Years, double Amount)[] terms, double log)
    {
        var scale = log < 0 ? -log * terms[^1].Years : 0;
        var sum = 0.0;
        foreach (var (years, amount) in terms) sum += amount * Math.Exp(-years * log - scale);
        return sum;
    }
}
