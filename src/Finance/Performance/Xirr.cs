namespace AgentInvest.Finance.Performance;

/// <summary>Money at a day, from the investor's side: what is put in is negative, what comes back positive.</summary>
public readonly record struct Flow(DateOnly Day, double Amount);

/// <summary>
/// The money-weighted return: the effective annual rate r with Σ amount ÷ (1 + r)^(days ÷ 365) = 0, as spreadsheets define XIRR.
/// </summary>
public static class Xirr
{
    /// <summary>
    /// The rate as a fraction, at least −1; null where none is defined: no flow of one of the two signs, all on one day, or no root. Of several roots the
    /// one nearest to 0 is answered, which is the one that a growing stake makes meaningful. Order of the flows does not matter.
    /// </summary>
    public static double? Solve(IEnumerable<Flow> flows)
    {
        var byDay = flows.GroupBy(f => f.Day).Select(g => new Flow(g.Key, g.Sum(f => f.Amount))).Where(f => f.Amount != 0).OrderBy(f => f.Day).ToArray();
        if (byDay.Length < 2 || byDay.All(f => f.Amount > 0) || byDay.All(f => f.Amount < 0)) return null;
        var first = byDay[0].Day.DayNumber;
        var terms = byDay.Select(f => (Years: (f.Day.DayNumber - first) / 365.0, f.Amount)).ToArray();
        double Value(double rate)
        {
            var sum = 0.0;
            var log = Math.Log(1 + rate);
            foreach (var (years, amount) in terms) sum += amount * Math.Exp(-years * log);
            return sum;
        }

        // Sign changes are sought outwards from 0 on a grid that is fine where rates are common.
        double? nearest = null;
        foreach (var (low, high) in Brackets())
        {
            var (a, b) = (Value(low), Value(high));
            if (a == 0) return low;
            if (b == 0) return high;
            if (!double.IsFinite(a) || !double.IsFinite(b) || Math.Sign(a) == Math.Sign(b)) continue;
            var root = Bisect(Value, low, high, a);
            if (nearest is not { } best || Math.Abs(root) < Math.Abs(best)) nearest = root;
            if (Math.Abs(low) >= Math.Abs(nearest.Value) && Math.Abs(high) >= Math.Abs(nearest.Value)) break;
        }
        return nearest;
    }

    private static IEnumerable<(double Low, double High)> Brackets()
    {
        // Upwards 0 … 10^9 and downwards 0 … −1 in turn, in steps of the log of the growth factor.
        const double Step = 0.05;
        for (var i = 0; i < 420; i++)
        {
            yield return (Math.Exp(i * Step) - 1, Math.Exp((i + 1) * Step) - 1);
            yield return (Math.Exp(-(i + 1) * Step) - 1, Math.Exp(-i * Step) - 1);
        }
    }

    private static double Bisect(Func<double, double> value, double low, double high, double atLow)
    {
        for (var i = 0; i < 200 && high - low > 1e-15 * Math.Max(1, Math.Abs(low)); i++)
        {
            var middle = (low + high) / 2;
            var at = value(middle);
            if (at == 0) return middle;
            if (Math.Sign(at) == Math.Sign(atLow)) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
