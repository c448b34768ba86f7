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

    [Fact]
    public void The_frontier_rises_from_least_volatility_to_the_highest_feasible_return() =>
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
    public void What_conflicts_is_named_and_nothing_else(Limits limits, string constraints)
    {
        var refusal = Assert.Throws<InfeasibleException>(() => Of(Prices.Walk(1, 5, 100), limits).MinVolatility());
        Assert.Equal(constraints, string.Join(' ', refusal.Conflicts.Select(c => c.Constraint)));
    }

    [Fact]
    public void A_risk_free_rate_that_nothing_beats_and_a_risk_that_is_too_low_are_refused()
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
    public void Turnover_stays_within_its_limit(double most)
    {
        double[] current = [0.6, 0.1, 0.1, 0.1, 0];
        // A tenth of the money is not invested yet: buying with it is half a turnover.
        var optimizer = Of(Prices.Walk(2, 5, 200), new Limits(5) { Current = current, TurnoverMax = most + 0.05 });
        foreach (var weights in new[] { optimizer.MinVolatility(), optimizer.MaxReturn(), optimizer.MeanVariance(3) })
            Assert.True(weights.Zip(current, (w, c) => Math.Abs(w - c)).Sum() / 2 <= most + 0.05 + 1e-7);
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
