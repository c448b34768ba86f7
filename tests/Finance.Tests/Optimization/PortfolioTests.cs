using AgentInvest.Finance.Optimization;
using FsCheck;
using FsCheck.Fluent;

namespace AgentInvest.Finance.Tests.Optimization;

public sealed class PortfolioTests
{
    private static PortfolioOptimizer Of(ReturnTable table, Limits limits, double riskFree = 0) =>
        new(
            Estimators.Returns(table, ReturnEstimator.Geometric),
            Estimators.Covariance(table, CovarianceEstimator.Sample),
            limits,
            riskFree
        );

    /// <summary>
    /// He and Litterman, "The intuition behind Black-Litterman model portfolios" (1999), tables 1, 2 and 4: seven markets, percents to one
    /// digit; Germany is expected to outperform the rest of Europe by 5 %.
    /// </summary>
    [Fact]
    public void Black_Litterman_returns_agree_with_He_and_Litterman()
    {
        // Australia, Canada, France, Germany, Japan, United Kingdom, United States.
        double[] volatilities = [16.0, 20.3, 24.8, 27.1, 21.0, 20.0, 18.7];
        double[] marketWeights = [1.6, 2.2, 5.2, 5.5, 11.6, 12.4, 61.5];
        double[][] correlations =
        [
            [],
            [.488],
            [.478, .664],
            [.515, .655, .861],
            [.439, .310, .355, .354],
            [.512, .608, .783, .777, .405],
            [.491, .779, .668, .653, .306, .652],
        ];
        var covariance = new double[49];
        for (var i = 0; i < 7; i++)
        for (var j = 0; j < 7; j++)
            covariance[i * 7 + j] =
                (i == j ? 1 : correlations[Math.Max(i, j)][Math.Min(i, j)]) * volatilities[i] * volatilities[j] / 10_000;
        var prior = BlackLitterman.MarketPrior(covariance, marketWeights, 2.5, 0);
        Assert.Equal([3.9, 6.9, 8.4, 9.0, 4.3, 6.8, 7.6], prior.Select(r => Math.Round(100 * r, 1)));
        var view = new View([0, 0, -5.2 / 17.6, 1, 0, -12.4 / 17.6, 0], 0.05, null);
        Assert.Equal(
            [4.3, 7.6, 9.3, 11.0, 4.5, 7.0, 8.1],
            BlackLitterman.Posterior(covariance, prior, [view], 0.05).Returns.Select(r => Math.Round(100 * r, 1))
        );
    }

    [Fact]
    public void The_frontier_rises_from_the_minimum_volatility_to_the_highest_feasible_return() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    var random = new Random(seed);
                    var n = random.Next(4, 12);
                    // At times fewer days than assets: a singular covariance.
                    var limits = new Limits(n)
                    {
                        LongOnly = random.Next(2) == 0,
                        MaxWeight = random.Next(2) == 0 ? 0.5 : null,
                        Sectors = random.Next(2) == 0 ? [new SectorCap("a", [0, 1], 0.4)] : [],
                    };
                    var optimizer = Of(Prices.Walk(seed, n, random.Next(5, 80)), limits);
                    var frontier = optimizer.Frontier(10);
                    Assert.Equal(10, frontier.Count);
                    foreach (var (a, b) in frontier.Zip(frontier.Skip(1)))
                        Assert.True(
                            a.ExpectedReturn <= b.ExpectedReturn + 1e-9 && a.Volatility <= b.Volatility + 1e-6,
                            $"seed {seed}: {a.ExpectedReturn}/{a.Volatility} {b.ExpectedReturn}/{b.Volatility}"
                        );
                    Assert.All(frontier, p => Assert.True(optimizer.Satisfies(p.Weights) && Math.Abs(p.Weights.Sum() - 1) < 1e-9));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_random_portfolio_has_a_higher_Sharpe_ratio_or_less_risk() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var n = random.Next(2, 10);
            var optimizer = Of(Prices.Walk(seed, n, 120), new Limits(n), -0.5);
            var (sharpe, risk) = (optimizer.Point(optimizer.MaxSharpe()).Sharpe, optimizer.Point(optimizer.MinVolatility()).Volatility);
            for (var i = 0; i < 50; i++)
            {
                var raw = Enumerable.Range(0, n).Select(_ => -Math.Log(1 - random.NextDouble())).ToArray();
                var point = optimizer.Point(raw.Select(w => w / raw.Sum()).ToArray());
                Assert.True(point.Sharpe <= sharpe + 1e-7 && point.Volatility >= risk - 1e-9, $"seed {seed}");
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_asset_contributes_the_same_risk()
    {
        var covariance = Estimators.Covariance(Prices.Walk(3, 30, 300), CovarianceEstimator.Sample);
        var weights = RiskParity.Weights(covariance, 30);
        var marginal = Enumerable
            .Range(0, 30)
            .Select(i => weights[i] * Enumerable.Range(0, 30).Sum(j => covariance[i * 30 + j] * weights[j]))
            .ToArray();
        Assert.Equal(marginal.Min(), marginal.Max(), 1e-10);
        Assert.Equal(1, weights.Sum(), 1e-12);
    }

    public static TheoryData<Limits, string> Impossible =>
        new()
        {
            {
                new Limits(5) { MaxWeight = 0.15 },
                "constraints.maxWeight"
            },
            {
                new Limits(5) { MinWeight = 0.25 },
                "constraints.minWeight"
            },
            {
                new Limits(5) { MinWeight = 0.3, MaxWeight = 0.2 },
                "constraints.minWeight"
            },
            {
                new Limits(5) { Sectors = [new SectorCap("tech", [0, 1, 2], 0.3), new SectorCap("other", [3, 4], 0.5)], MaxWeight = 0.9 },
                "constraints.sectorMax.tech constraints.sectorMax.other"
            },
            {
                new Limits(5) { Sectors = [new SectorCap("tech", [0, 1, 2], 0.3)], MaxWeight = 0.3 },
                "constraints.sectorMax.tech constraints.maxWeight"
            },
            {
                new Limits(5)
                {
                    Current = [1, 0, 0, 0, 0],
                    TurnoverMax = 0.1,
                    MaxWeight = 0.5,
                },
                "constraints.turnoverMax constraints.maxWeight"
            },
            {
                new Limits(5) { TargetReturn = 100 },
                "targetReturn"
            },
        };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Only_the_limits_that_conflict_are_named(Limits limits, string constraints)
    {
        var refusal = Assert.Throws<InfeasibleException>(() => Of(Prices.Walk(1, 5, 100), limits).MinVolatility());
        Assert.Equal(constraints, string.Join(' ', refusal.Conflicts.Select(c => c.Constraint)));
    }

    [Fact]
    public void Targets_that_no_portfolio_reaches_are_refused()
    {
        var optimizer = Of(Prices.Walk(1, 5, 100), new Limits(5), 50);
        Assert.Equal("riskFreeRate", Assert.Throws<InfeasibleException>(() => optimizer.MaxSharpe()).Conflicts[0].Constraint);
        Assert.Equal(
            "targetVolatility",
            Assert.Throws<InfeasibleException>(() => optimizer.TargetVolatility(0.001)).Conflicts[0].Constraint
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.4)]
    public void Turnover_stays_within_its_limit(double max)
    {
        double[] current = [0.6, 0.1, 0.1, 0.1, 0];
        // A tenth of the money is not invested yet: buying with it is half a turnover.
        var optimizer = Of(Prices.Walk(2, 5, 200), new Limits(5) { Current = current, TurnoverMax = max + 0.05 });
        foreach (var weights in new[] { optimizer.MinVolatility(), optimizer.MaxReturn(), optimizer.MeanVariance(3) })
            Assert.True(weights.Zip(current, (w, c) => Math.Abs(w - c)).Sum() / 2 <= max + 0.05 + 1e-7);
    }

    [Fact]
    public void Confidence_moves_a_view_from_the_prior_to_itself()
    {
        // Identity covariance, prior 0.1, view 0.3 (PyPortfolioOpt's cases of Idzorek's method).
        double[] identity = [1, 0, 0, 1], prior = [0.1, 0.1];
        foreach (var c in new[] { 0, 0.2, 0.5, 0.8, 1 })
            Assert.Equal(
                0.1 + 0.2 * c,
                BlackLitterman.Posterior(identity, prior, [new View([1, 0], 0.3, c), new View([0, 1], 0.3, c)], 0.05).Returns[0],
                1e-9
            );
    }

    [Fact]
    public void A_walk_forward_sees_nothing_of_the_days_it_is_tested_on()
    {
        var table = Prices.Walk(4, 6, 400);
        var seen = new List<int>();
        var result = WalkForward.Run(table, (window, assets) =>
        {
            seen.Add(window.Days);
            return Enumerable.Range(0, assets.Count).Select(i => i == 0 ? 1.0 : 0).ToArray();
        }, 0, 24)!;
        Assert.Equal((result.Windows, 266), (seen.Count, seen.Distinct().Single()));
        // All in the first asset: its own record, and nothing turned over.
        Assert.Equal(
            Enumerable.Range(266, 399 - 266).Aggregate(1.0, (w, t) => w * (1 + table.At(0, t))),
            Math.Pow(1 + result.Rule.Return, (399 - 266) / 252.0),
            1e-9
        );
        Assert.Equal(0, result.Rule.Turnover, 1e-12);
        Assert.True(result.EqualWeight.Turnover > 0);
    }
}
