namespace AgentInvest.Finance.Risk;

/// <summary>The shape of the distribution, and losses that follow from it.</summary>
public static partial class RiskMeasures
{
    /// <summary>
    /// Third standardised moment of the population, g₁ = m₃ ÷ m₂^1.5, as SciPy and empyrical have it (not bias-corrected).
    /// </summary>
    public static double? Skew(ReadOnlySpan<double> r) => Covariance(r, r) is > 0 ? Moment(r, 3) / Math.Pow(Moment(r, 2), 1.5) : null;

    /// <summary>Fourth standardised moment of the population less the normal's 3, g₂ = m₄ ÷ m₂² − 3.</summary>
    public static double? Kurtosis(ReadOnlySpan<double> r) => Covariance(r, r) is > 0 ? Moment(r, 4) / Math.Pow(Moment(r, 2), 2) - 3 : null;

    /// <summary>Of a normal distribution with the returns' mean and sample deviation.</summary>
    public static double? ParametricValueAtRisk(ReadOnlySpan<double> r, double confidence = 0.95) =>
        Deviation(r) is { } s ? Mean(r) + Normal.Quantile(1 - confidence) * s : null;

    /// <summary>The mean of that normal distribution's tail: μ − σ·φ(z) ÷ (1 − confidence).</summary>
    public static double? ParametricConditionalValueAtRisk(ReadOnlySpan<double> r, double confidence = 0.95) =>
        Deviation(r) is { } s ? Mean(r) - s * Normal.Density(Normal.Quantile(1 - confidence)) / (1 - confidence) : null;

    /// <summary>The normal quantile corrected for skew and kurtosis (Cornish and Fisher 1937, to fourth order).</summary>
    public static double? CornishFisherValueAtRisk(ReadOnlySpan<double> r, double confidence = 0.95)
    {
        if (Deviation(r) is not { } s || Skew(r) is not { } g1 || Kurtosis(r) is not { } g2) return null;
        var z = Normal.Quantile(1 - confidence);
        var corrected = z + (z * z - 1) * g1 / 6 + (z * z * z - 3 * z) * g2 / 24 - (2 * z * z * z - 5 * z) * g1 * g1 / 36;
        return Mean(r) + corrected * s;
    }

    private static double? Deviation(ReadOnlySpan<double> r) => Volatility(r, 1);

    private static double Moment(ReadOnlySpan<double> r, int order)
    {
        var mean = Mean(r)!.Value;
        var sum = 0.0;
        foreach (var x in r)
            sum += order switch
            {
                2 => (x - mean) * (x - mean),
                3 => (x - mean) * (x - mean) * (x - mean),
                _ => Math.Pow(x - mean, 4),
            };
        return sum / r.Length;
    }
}
