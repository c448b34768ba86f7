using AgentInvest.Finance.Risk;

namespace AgentInvest.Finance.Tests;

public sealed class RiskTests
{
    private static readonly double[] Published = [.01, .10, -.04, .02, .03, .02, .01, -.10];

    [Fact]
    public void Ratios_agree_with_published_figures()
    {
        Assert.Equal(1.72386, RiskMeasures.Sharpe(Published)!.Value, 1e-5);
        Assert.Equal(2.60553, RiskMeasures.Sortino(Published)!.Value, 1e-5);
        Assert.Equal(-0.1, RiskMeasures.MaxDrawdown(Published)!.Value, 1e-12);
    }

    [Fact]
    public void Value_at_risk_interpolates_between_returns()
    {
        double[] r = [.05, -.03, .01, -.01, .02]; // sorted: −.03 −.01 .01 .02 .05
        Assert.Equal(-.03 + .2 * .02, RiskMeasures.ValueAtRisk(r, 0.95)!.Value, 1e-12);
    }

    [Fact]
    public void Conditional_value_at_risk_is_the_mean_of_the_tail()
    {
        double[] r = [.05, -.03, .01, -.01, .02]; // sorted: −.03 −.01 .01 .02 .05
        Assert.Equal(-.03, RiskMeasures.ConditionalValueAtRisk(r, 0.95)!.Value, 1e-12);
        Assert.Equal((-.03 - .01) / 2, RiskMeasures.ConditionalValueAtRisk(r, 0.7)!.Value, 1e-12);
    }

    [Fact]
    public void A_series_is_its_own_benchmark()
    {
        Assert.Equal(1, RiskMeasures.Beta(Published, Published)!.Value, 1e-12);
        Assert.Equal(0, RiskMeasures.Alpha(Published, Published)!.Value, 1e-12);
        Assert.Equal(0, RiskMeasures.TrackingError(Published, Published)!.Value, 1e-12);
        Assert.Null(RiskMeasures.InformationRatio(Published, Published));
        Assert.Equal(1, RiskMeasures.Correlation(Published, Published)!.Value, 1e-12);
    }

    [Fact]
    public void What_is_not_defined_is_null()
    {
        Assert.Null(RiskMeasures.Volatility([.01]));
        Assert.Null(RiskMeasures.Sharpe([.01, .01, .01]));
        Assert.Null(RiskMeasures.Calmar([.01, .02]));
        Assert.Null(RiskMeasures.ValueAtRisk([]));
        Assert.Null(RiskMeasures.Correlation([.01, .02], [.01, .01]));
    }

    [Fact]
    public void Concentration_is_one_over_n_when_even() => Assert.Equal(0.25, RiskMeasures.Concentration([.25, .25, .25, .25]), 1e-12);
}
