namespace AgentInvest.Finance.Risk;

/// <summary>The standard normal distribution.</summary>
public static class Normal
{
    private static readonly double[] A =
    [
        -39.69683028665376,
        220.9460984245205,
        -275.9285104469687,
        138.357751867269,
        -30.66479806614716,
        2.506628277459239,
    ];
    private static readonly double[] B =
    [
        -54.47609879822406,
        161.5858368580409,
        -155.6989798598866,
        66.80131188771972,
        -13.28068155288572,
        1,
    ];
    private static readonly double[] C =
    [
        -0.007784894002430293,
        -0.3223964580411365,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    private static readonly double[] D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

    public static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>To about 1e-15: the complementary error function by its continued fraction in the tails, by its series near 0.</summary>
    public static double Cumulative(double x)
    {
        if (x > 0) return 1 - Cumulative(-x);
        if (x < -38) return 0;
        if (x > -3)
        {
            var (term, sum) = (x, x);
            for (var n = 1; Math.Abs(term) > 1e-17; n++) sum += term *= x * x / (2 * n + 1);
            return 0.5 + Density(x) * sum;
        }
        var fraction = 0.0;
        for (var n = 60; n > 0; n--) fraction = n / (-x + fraction);
        return Density(x) / (-x + fraction);
    }

    /// <summary>Acklam's rational approximation, then one step of Halley's method on <see cref="Cumulative"/>.</summary>
    public static double Quantile(double p)
    {
        if (p is <= 0 or >= 1) return p <= 0 ? double.NegativeInfinity : double.PositiveInfinity;
        double x;
        if (p is < 0.02425 or > 1 - 0.02425)
        {
            var q = Math.Sqrt(-2 * Math.Log(Math.Min(p, 1 - p)));
            x = Horner(C, q) / Horner(D, q) * (p < 0.5 ? 1 : -1);
        }
        else
        {
            var q = p - 0.5;
            x = Horner(A, q * q) * q / Horner(B, q * q);
        }
        var e = (Cumulative(x) - p) / Density(x);
        return x - e / (1 + x * e / 2);
    }

    private static double Horner(double[] coefficients, double x)
    {
        var sum = 0.0;
        foreach (var c in coefficients) sum = sum * x + c;
        return sum;
    }
}
