using System.Globalization;
using System.IO.Compression;
using AgentInvest.Finance.Optimization;
using AgentInvest.Testing;

namespace AgentInvest.Finance.Tests.Optimization;

/// <summary>
/// Figures that PyPortfolioOpt publishes in its tests, on its prices of 20 stocks: geometric means, sample covariance × 252, a risk-free
/// rate of 2 %.
/// </summary>
public sealed class PublishedPortfolioTests
{
    private static readonly Lazy<(string[] Symbols, ReturnTable Table)> Data = new(() => Prices.Recorded("pypfopt", "stock_prices.csv"));
    private static int Count => Data.Value.Table.Count;
    private static double[] Mean => Estimators.Returns(Data.Value.Table, ReturnEstimator.Geometric);
    private static PortfolioOptimizer With(Limits? limits = null, CovarianceEstimator covariance = CovarianceEstimator.Sample) =>
        new(Mean, Estimators.Covariance(Data.Value.Table, covariance), limits ?? new Limits(Count), 0.02);

    private static void Agrees(PortfolioPoint point, double expectedReturn, double volatility, double sharpe)
    {
        Assert.Equal(1, point.Weights.Sum(), 1e-12);
        Assert.Equal(expectedReturn, point.ExpectedReturn, 1e-7);
        Assert.Equal(volatility, point.Volatility, 1e-7);
        Assert.Equal(sharpe, point.Sharpe!.Value, 1e-6);
    }

    [DataFact("pypfopt")]
    public void Markowitz_portfolios_agree()
    {
        var (only, shorts) = (With(), With(new Limits(Count) { LongOnly = false }));
        Agrees(only.Point(only.MinVolatility()), 0.15056821399482578, 0.15915084514118694, 0.8204054077060996);
        Agrees(only.Point(only.MaxSharpe()), 0.3047768672819914, 0.22165566922402932, 1.2847714127003216);
        Agrees(shorts.Point(shorts.MinVolatility()), 0.1516319319875544, 0.1555915367269669, 0.8460095886741129);
        Agrees(shorts.Point(shorts.MaxSharpe()), 0.4937195216716211, 0.29516576454651955, 1.6049270564945908);
        Agrees(only.Point(only.MeanVariance(2)), 0.3677732711751504, 0.2921342197778279, 1.1904571516463793);
        Agrees(shorts.Point(shorts.MeanVariance(1)), 1.4170505733098597, 1.0438577623242156, 1.3383533884915872);
        Agrees(only.Point(only.TargetVolatility(0.19)), 0.2552422849133517, 0.19, 1.2381172871434818);
        Agrees(shorts.Point(shorts.TargetVolatility(0.19)), 0.30035471606347336, 0.19, 1.4755511348079207);
        var asked = With(new Limits(Count) { TargetReturn = 0.25 });
        Agrees(asked.Point(asked.MinVolatility()), 0.25, 0.18723269942026335, 1.2284179030274036);
    }

    [DataFact("pypfopt")]
    public void Estimators_agree()
    {
        var exponential = With(covariance: CovarianceEstimator.Exponential);
        Agrees(exponential.Point(exponential.MaxSharpe()), 0.33700887443850647, 0.1807332515488447, 1.7540152225548384);
        var factor = With(new Limits(Count) { TargetReturn = 0.22 }, CovarianceEstimator.LedoitWolfSingleFactor);
        Agrees(factor.Point(factor.MinVolatility()), 0.22, 0.08892163937693882, 2.2491713085967766);
        var capm = Estimators.Returns(Data.Value.Table, ReturnEstimator.Capm, 0.02);
        Assert.Equal(
            [0.22148462799238577, 0.2835429647498704, 0.14693081977908462, 0.1488989354304723, 0.4162399750335195],
            capm.Take(5),
            (a, b) => Math.Abs(a - b) < 1e-9
        );
        Assert.Equal([0.247967, 0.294304, 0.284037, 0.1923164, 0.371327], Mean.Take(5), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [DataFact("pypfopt")]
    public void Hierarchical_risk_parity_agrees()
    {
        var (table, covariance) = (Data.Value.Table, Estimators.Covariance(Data.Value.Table, CovarianceEstimator.Sample));
        var correlation = Estimators.Correlations(table).Select(c => c!.Value).ToArray();
        Assert.Equal([12, 6, 15, 14, 2], HierarchicalRiskParity.Order(correlation, Count).Take(5));
        var optimizer = new PortfolioOptimizer(Estimators.Returns(table, ReturnEstimator.Arithmetic), covariance, new Limits(Count), 0.02);
        Agrees(
            optimizer.Point(HierarchicalRiskParity.Weights(covariance, correlation, Count)),
            0.21353402380950973,
            0.17844159743748936,
            1.084579081272277
        );
        var shrunk = Estimators.Covariance(table, CovarianceEstimator.LedoitWolf);
        var correlations = Enumerable
            .Range(0, Count * Count)
            .Select(k => shrunk[k] / Math.Sqrt(shrunk[k / Count * (Count + 1)] * shrunk[k % Count * (Count + 1)]))
            .ToArray();
        Assert.Equal(
            0.10002783894982334,
            new PortfolioOptimizer(Mean, shrunk, new Limits(Count))
                .Point(HierarchicalRiskParity.Weights(shrunk, correlations, Count))
                .Volatility,
            1e-9
        );
    }

    [DataFact("pypfopt")]
    public void The_minimum_conditional_value_at_risk_agrees()
    {
        var (weights, cvar) = MinimumCvar.Solve(Data.Value.Table, new Limits(Count), 0.95);
        Assert.Equal(0.017049502122532853, cvar, 1e-9);
        Assert.Equal(0.17745746040573562, With().Point(weights).ExpectedReturn, 1e-7);
        Assert.Equal(
            0.017222,
            MinimumCvar.Solve(Data.Value.Table, new Limits(Count) { TargetReturn = 0.2, Expected = Mean }, 0.95).Cvar,
            1e-6
        );
    }

    [DataFact("pypfopt")]
    public void Black_Litterman_returns_agree()
    {
        var (table, covariance) = (Data.Value.Table, Estimators.Covariance(Data.Value.Table, CovarianceEstimator.LedoitWolf));
        var views = Enumerable.Range(0, Count).Select(i => new View(Unit(i), 0.1, null)).ToList();
        var posterior = BlackLitterman.Posterior(covariance, Estimators.Returns(table, ReturnEstimator.Ema), views, 0.05).Returns;
        Assert.Equal(
            [0.11168648, 0.16782938, 0.12516799, 0.24067997, 0.32848296, -0.22789895],
            posterior.Take(6),
            (a, b) => Math.Abs(a - b) < 1e-7
        );
        double[] caps =
        [
            927e9,
            1.19e12,
            574e9,
            533e9,
            867e9,
            96e9,
            43e9,
            339e9,
            301e9,
            51e9,
            61e9,
            78e9,
            0,
            295e9,
            1e9,
            22e9,
            288e9,
            212e9,
            422e9,
            102e9,
        ];
        var prior = BlackLitterman.MarketPrior(Estimators.Covariance(table, CovarianceEstimator.Sample), caps, 2.68549, 0.02);
        Assert.Equal(
            [0.14933293, 0.2168623, 0.11219185, 0.10362374, 0.28416295, 0.12196098],
            prior.Take(6),
            (a, b) => Math.Abs(a - b) < 1e-6
        );
    }

    [DataFact("skfolio")]
    public void Risk_parity_agrees_with_skfolio()
    {
        // Its risk budgeting on 20 stocks from 2018-01-03 on; its solver's last digit is the sixth.
        using var reader = new StreamReader(
            new GZipStream(File.OpenRead(Path.Combine(Checkout.Data("skfolio")!, "sp500_dataset.csv.gz")), CompressionMode.Decompress)
        );
        var rows = reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(l => l.Trim().Split(','))
            .Where(l => string.CompareOrdinal(l[0], "2018-01-02") >= 0)
            .ToArray();
        var table = ReturnTable.Of(
            Enumerable.Range(1, 20).Select(i => rows.Select(r => double.Parse(r[i], CultureInfo.InvariantCulture)).ToArray()).ToArray()
        );
        double[] published =
        [
            0.0420088,
            0.0321681,
            0.0368757,
            0.0397691,
            0.0397394,
            0.0382183,
            0.0464549,
            0.0676572,
            0.0406381,
            0.0639892,
            0.055542,
            0.0681354,
            0.0427415,
            0.0597638,
            0.0613296,
            0.067267,
            0.0314903,
            0.0468024,
            0.0749026,
            0.0445065,
        ];
        Assert.Equal(
            published,
            RiskParity.Weights(Estimators.Covariance(table, CovarianceEstimator.Sample), 20),
            (a, b) => Math.Abs(a - b) < 1e-5
        );
    }

    private static double[] Unit(int i) => Enumerable.Range(0, Count).Select(k => k == i ? 1.0 : 0).ToArray();
}
