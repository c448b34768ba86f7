namespace AgentInvest.Finance.Risk;

/// <summary>
/// Risk of a series of simple periodic returns. Fractions; null where a figure is not defined. Deviations are of the sample, annualised by
/// √periods; Sortino's downside is over all N periods; losses, VaR, CVaR and drawdown are negative. A risk-free rate is that of one period.
/// Definitions are empyrical's, to its published test figures.
/// </summary>
public static partial class RiskMeasures
{
    public static double? Mean(ReadOnlySpan<double> r)
    {
        if (r.Length == 0) return null;
        var sum = 0.0;
        foreach (var x in r) sum += x;
        return sum / r.Length;
    }

    /// <summary>Of daily returns: 252, or 365 where weekends are traded (more than one day in ten is one), as crypto is.</summary>
    public static double PeriodsPerYear(ReadOnlySpan<DateOnly> days)
    {
        var weekends = 0;
        foreach (var day in days) weekends += day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;
        return weekends * 10 > days.Length ? 365 : 252;
    }

    /// <summary>Sample standard deviation × √periods.</summary>
    public static double? Volatility(ReadOnlySpan<double> r, double periods = 252) =>
        Covariance(r, r) is { } v ? Math.Sqrt(v * periods) : null;

    /// <summary>Mean excess return ÷ sample standard deviation × √periods.</summary>
    public static double? Sharpe(ReadOnlySpan<double> r, double periods = 252, double riskFree = 0) =>
        Ratio((Mean(r) - riskFree) * periods, Volatility(r, periods));

    /// <summary>
    /// Mean excess return ÷ root mean square of the negative ones × √periods; null for fewer than two periods or without a loss.
    /// </summary>
    public static double? Sortino(ReadOnlySpan<double> r, double periods = 252, double riskFree = 0)
    {
        if (r.Length < 2) return null;
        var sum = 0.0;
        foreach (var x in r) sum += x < riskFree ? (x - riskFree) * (x - riskFree) : 0;
        return Ratio((Mean(r) - riskFree) * periods, Math.Sqrt(sum / r.Length * periods));
    }

    /// <summary>The deepest fall from a peak, the start counted as one: 0 or negative.</summary>
    public static double? MaxDrawdown(ReadOnlySpan<double> r)
    {
        if (r.Length == 0) return null;
        var (wealth, peak, worst) = (1.0, 1.0, 0.0);
        foreach (var x in r)
        {
            wealth *= 1 + x;
            peak = Math.Max(peak, wealth);
            worst = Math.Min(worst, wealth / peak - 1);
        }
        return worst;
    }

    /// <summary>Compound annual return ÷ |maximum drawdown|.</summary>
    public static double? Calmar(ReadOnlySpan<double> r, double periods = 252)
    {
        if (r.Length == 0) return null;
        var wealth = 1.0;
        foreach (var x in r) wealth *= 1 + x;
        return wealth < 0 ? null : Ratio(Math.Pow(wealth, periods / r.Length) - 1, -MaxDrawdown(r));
    }

    /// <summary>Covariance with the benchmark ÷ its variance.</summary>
    public static double? Beta(ReadOnlySpan<double> r, ReadOnlySpan<double> benchmark) =>
        Covariance(benchmark, benchmark) is > 0 and { } variance ? Covariance(r, benchmark) / variance : null;

    /// <summary>(1 + mean return that beta does not explain)^periods − 1.</summary>
    public static double? Alpha(ReadOnlySpan<double> r, ReadOnlySpan<double> benchmark, double periods = 252) =>
        Beta(r, benchmark) is { } beta && Mean(r) is { } mean && Mean(benchmark) is { } market
            ? Compounded(mean - beta * market, periods)
            : null;

    /// <summary>Volatility of the difference to the benchmark.</summary>
    public static double? TrackingError(ReadOnlySpan<double> r, ReadOnlySpan<double> benchmark, double periods = 252) =>
        Volatility(Difference(r, benchmark), periods);

    /// <summary>Mean difference to the benchmark ÷ tracking error, annualised.</summary>
    public static double? InformationRatio(ReadOnlySpan<double> r, ReadOnlySpan<double> benchmark, double periods = 252) =>
        Sharpe(Difference(r, benchmark), periods);

    /// <summary>The (1 − confidence) percentile of the returns, interpolated linearly.</summary>
    public static double? ValueAtRisk(ReadOnlySpan<double> r, double confidence = 0.95)
    {
        if (r.Length == 0) return null;
        var sorted = r.ToArray();
        Array.Sort(sorted);
        var at = TailIndex(confidence, sorted.Length);
        var low = (int)Math.Floor(at);
        return low + 1 < sorted.Length ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
    }

    /// <summary>The mean of the int((1 − confidence)(n − 1)) + 1 smallest returns.</summary>
    public static double? ConditionalValueAtRisk(ReadOnlySpan<double> r, double confidence = 0.95)
    {
        if (r.Length == 0) return null;
        var sorted = r.ToArray();
        Array.Sort(sorted);
        return Mean(sorted.AsSpan(0, (int)TailIndex(confidence, sorted.Length) + 1));
    }

    /// <summary>(1 − confidence)(n − 1), where a whole number stays one: 1 − 0.9 in binary is a little less than 0.1.</summary>
    private static double TailIndex(double confidence, int n) =>
        (1 - confidence) * (n - 1) is var at && Math.Abs(at - Math.Round(at)) < 1e-9 ? Math.Round(at) : at;

    public static double? Correlation(ReadOnlySpan<double> a, ReadOnlySpan<double> b) =>
        Covariance(a, a) is > 0 and { } va && Covariance(b, b) is > 0 and { } vb
            ? Math.Clamp(Covariance(a, b)!.Value / Math.Sqrt(va * vb), -1, 1)
            : null;

    /// <summary>Herfindahl–Hirschman: the sum of squared weights, 1 ÷ n when even, 1 when all is in one.</summary>
    public static double Concentration(ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        foreach (var w in weights) sum += w * w;
        return sum;
    }

    /// <summary>Of the sample; null for fewer than two periods. What only rounding makes differ from 0 is 0.</summary>
    public static double? Covariance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Both series must have the same length, not {a.Length} and {b.Length}.", nameof(b));
        if (a.Length < 2) return null;
        var (ma, mb) = (Mean(a)!.Value, Mean(b)!.Value);
        var (sum, aa, bb) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            sum += (a[i] - ma) * (b[i] - mb);
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return Math.Abs(sum) <= 1e-28 * Math.Sqrt(aa * bb) ? 0 : sum / (a.Length - 1);
    }

    private static double? Compounded(double mean, double periods) => mean < -1 ? null : Math.Pow(1 + mean, periods) - 1;

    private static double[] Difference(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var difference = new double[a.Length];
        for (var i = 0; i < a.Length; i++) difference[i] = a[i] - b[i];
        return difference;
    }

    private static double? Ratio(double? numerator, double? denominator) => denominator is > 1e-14 ? numerator / denominator : null;
}
