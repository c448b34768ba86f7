using AgentInvest.Finance.Risk;

namespace AgentInvest.Finance.Tests.Risk;

/// <summary>Figures of empyrical's own tests (Apache-2.0), and of SciPy where noted.</summary>
public sealed class RiskReferenceTests
{
    private static readonly double[] Mixed = [.01, .10, -.04, .02, .03, .02, .01, -.10];
    private static readonly double[] Periodic = [0, .01, .10, -.04, .02, .03, .02, .01, -.10];
    private static readonly double[] Positive = [.01, .02, .01, .01, .01, .01, .01, .01, .01];
    private static readonly double[] Negative = [0, -.06, -.07, -.01, -.09, -.02, -.06, -.08, -.05];
    private static readonly double[] Simple = [0, .01, 0, .01, 0, .01, 0, .01, 0];
    private static readonly double[] Flat = [.01, .01, .01, .01, .01, .01, .01, .01, .01];

    [Fact]
    public void Volatility_and_ratios_agree()
    {
        Assert.Equal(0.9136465399704637, RiskMeasures.Volatility(Mixed)!.Value, 1e-12);
        Assert.Equal(0.38851569394870583, RiskMeasures.Volatility(Periodic, 52)!.Value, 1e-12);
        Assert.Equal(0.18663690238892558, RiskMeasures.Volatility(Periodic, 12)!.Value, 1e-12);
        Assert.Equal(1.7238613961706866, RiskMeasures.Sharpe(Mixed)!.Value, 1e-12);
        Assert.Equal(52.915026221291804, RiskMeasures.Sharpe(Positive)!.Value, 1e-9);
        Assert.Equal(-24.406808633910085, RiskMeasures.Sharpe(Negative)!.Value, 1e-9);
        Assert.Equal(2.605531251673693, RiskMeasures.Sortino(Mixed)!.Value, 1e-12);
        Assert.Equal(-1.3934779588919977, RiskMeasures.Sortino(Mixed, riskFree: .01)!.Value, 1e-12);
        Assert.Equal(-13.532743075043401, RiskMeasures.Sortino(Negative)!.Value, 1e-9);
        Assert.Equal(1.1158901056866439, RiskMeasures.Sortino(Periodic, 52)!.Value, 1e-12);
        Assert.Equal(0.53605626741889756, RiskMeasures.Sortino(Periodic, 12)!.Value, 1e-12);
        // Its nine days, of which one is without a return.
        Assert.Equal(19.135925373194233, RiskMeasures.Calmar(Periodic)!.Value, 1e-9);
        Assert.Equal(2.4690830513998208, RiskMeasures.Calmar(Periodic, 52)!.Value, 1e-9);
        Assert.Equal(0.52242061386048144, RiskMeasures.Calmar(Periodic, 12)!.Value, 1e-9);
    }

    [Fact]
    public void Alpha_and_beta_agree()
    {
        Assert.Equal(-0.71296296296296313, RiskMeasures.Beta(Mixed, Negative.AsSpan(1))!.Value, 1e-12);
        Assert.Equal(-0.9997853834885004, RiskMeasures.Alpha(Mixed, Negative.AsSpan(1))!.Value, 1e-9);
        Assert.Equal(
            (0, -1),
            (
                Math.Round(RiskMeasures.Alpha(Mixed, Mixed.Select(x => -x).ToArray())!.Value, 12),
                Math.Round(RiskMeasures.Beta(Mixed, Mixed.Select(x => -x).ToArray())!.Value, 12)
            )
        );
        Assert.Null(RiskMeasures.Beta(Mixed, Flat.AsSpan(1)));
        Assert.Null(RiskMeasures.Alpha([.01], [.01]));
    }

    [Fact]
    public void Maximum_drawdowns_agree()
    {
        Assert.Equal(-0.1, RiskMeasures.MaxDrawdown([.10, -.10, .10])!.Value, 1e-12);
        Assert.Equal(Negative.Aggregate(1.0, (w, x) => w * (1 + x)) - 1, RiskMeasures.MaxDrawdown(Negative)!.Value, 1e-12);
        Assert.Equal(0, RiskMeasures.MaxDrawdown(Simple));
    }

    [Theory]
    [InlineData(new[] { 1.0, 2.0 }, 0.7, 1.3)]
    [InlineData(new[] { 1.0, 81, 82, 83, 84, 85 }, 0.9, 41.0)]
    [InlineData(new[] { 1.0, 81, 82, 83, 84, 85 }, 0.8, 81.0)]
    [InlineData(new[] { 1.0, 81, 82, 83, 84, 85 }, 0.7, 81.5)]
    public void Value_at_risk_agrees(double[] returns, double confidence, double expected) =>
        Assert.Equal(expected, RiskMeasures.ValueAtRisk(returns, confidence)!.Value, 1e-9);

    [Fact]
    public void The_tail_has_as_many_days_as_its_definition_says_in_decimal_arithmetic()
    {
        // (1 − 0.9) × 20 is 2, though in binary a little less.
        var returns = Enumerable.Range(1, 21).Select(i => (double)i).ToArray();
        Assert.Equal(2.0, RiskMeasures.ConditionalValueAtRisk(returns, 0.9)!.Value);
    }

    [Fact]
    public void Moments_are_those_of_the_population()
    {
        // scipy.stats.skew and kurtosis of [2, 8, 0, 4, 1, 9, 9, 0] (from their documentation) and of 1, 2, 3, 4, 5.
        Assert.Equal(0.2650554122698573, RiskMeasures.Skew([2, 8, 0, 4, 1, 9, 9, 0])!.Value, 1e-12);
        Assert.Equal(0, RiskMeasures.Skew([1, 2, 3, 4, 5])!.Value, 1e-12);
        Assert.Equal(-1.3, RiskMeasures.Kurtosis([1, 2, 3, 4, 5])!.Value, 1e-12);
        Assert.Null(RiskMeasures.Skew(Flat));
    }

    [Fact]
    public void Parametric_losses_follow_the_normal_quantile()
    {
        Assert.Equal(-1.6448536269514722, Normal.Quantile(0.05), 1e-14);
        Assert.Equal(-4.264890793922825, Normal.Quantile(1e-5), 1e-12);
        var (mean, deviation) = (RiskMeasures.Mean(Mixed)!.Value, RiskMeasures.Volatility(Mixed, 1)!.Value);
        Assert.Equal(mean - 1.6448536269514722 * deviation, RiskMeasures.ParametricValueAtRisk(Mixed)!.Value, 1e-14);
        Assert.Equal(mean - 2.0627128075074257 * deviation, RiskMeasures.ParametricConditionalValueAtRisk(Mixed)!.Value, 1e-12);
        // Without skew or excess kurtosis the correction is none.
        Assert.True(RiskMeasures.CornishFisherValueAtRisk(Mixed) < RiskMeasures.ParametricValueAtRisk(Mixed));
    }
}
