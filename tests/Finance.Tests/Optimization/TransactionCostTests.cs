using AgentInvest.Finance.Optimization;
using FsCheck;
using FsCheck.Fluent;

namespace AgentInvest.Finance.Tests.Optimization;

/// <summary>What trades cost is taken off the objective, exactly.</summary>
public sealed class TransactionCostTests
{
    private const double RiskFree = -0.5;

    private static PortfolioOptimizer Of(ReturnTable table, Limits limits, double cost) =>
        new(
            Estimators.Returns(table, ReturnEstimator.Arithmetic),
            Estimators.Covariance(table, CovarianceEstimator.Sample),
            limits,
            RiskFree,
            cost
        );

    private static double[] Random(Random random, int n)
    {
        var raw = Enumerable.Range(0, n).Select(_ => random.Next(3) == 0 ? 0 : -Math.Log(1 - random.NextDouble())).ToArray();
        raw[random.Next(n)] += 0.1;
        return raw.Select(w => w / raw.Sum()).ToArray();
    }

    private static double Traded(double[] weights, double[] current) => weights.Zip(current, (w, c) => Math.Abs(w - c)).Sum();

    /// <summary>The objectives after costs, each with its optimum; written down anew, not asked of the optimiser.</summary>
    private static (string Name, double[] Best, Func<double[], double> Value)[] Objectives(
        PortfolioOptimizer o,
        double[] current,
        double cost
    )
    {
        double Net(double[] w) => Dense.Dot(o.Expected, w) - cost * Traded(w, current);
        double Variance(double[] w) => Dense.Quadratic(o.Covariance, w);
        return
        [
            ("minVolatility", o.MinVolatility(2), w => -Variance(w) - cost * Traded(w, current)),
            ("meanVariance", o.MeanVariance(3), w => Net(w) - 1.5 * Variance(w)),
            ("maxSharpe", o.MaxSharpe(), w => (Net(w) - RiskFree) / Math.Sqrt(Variance(w))),
        ];
    }

    [Fact]
    public void No_portfolio_within_the_limits_is_better_after_costs() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    var random = new Random(seed);
                    var n = random.Next(2, 8);
                    var (current, cost) = (Random(random, n), Math.Pow(10, -3 + 2 * random.NextDouble()));
                    // At times not all is invested yet.
                    if (random.Next(3) == 0)
                        current = current.Select(w => 0.8 * w).ToArray();
                    var limits = new Limits(n)
                    {
                        Current = current,
                        MaxWeight = random.Next(2) == 0 ? 0.7 : null,
                        TurnoverMax = random.Next(3) == 0 ? 0.6 : null,
                    };
                    var optimizer = Of(Prices.Walk(seed, n, 150), limits, cost);
                    foreach (var (name, best, value) in Objectives(optimizer, current, cost))
                    {
                        Assert.True(optimizer.Satisfies(best), $"{name} seed {seed}");
                        void Compare(double[] other)
                        {
                            if (optimizer.Satisfies(other))
                                Assert.True(
                                    value(other) <= value(best) + 1e-7 * Math.Max(1, Math.Abs(value(best))),
                                    $"{name} seed {seed}: {value(other)} instead of {value(best)}"
                                );
                        }
                        for (var i = 0; i < 100; i++)
                        {
                            // Anywhere, and a little way towards anywhere: a concave objective that rises nowhere nearby is highest.
                            var other = i % 10 == 0 ? current : Random(random, n);
                            var part = Math.Pow(10, -random.Next(4));
                            Compare(best.Zip(other, (b, o) => b + part * (o - b)).ToArray());
                        }
                        for (var i = 0; i < n; i++)
                        for (var j = 0; j < n; j++)
                            foreach (var step in new[] { 1e-1, 1e-2, 1e-3 })
                                Compare(best.Select((w, k) => w + (k == i ? step : 0) - (k == j ? step : 0)).ToArray());
                    }
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0.002)]
    [InlineData(0.02)]
    [InlineData(0.1)]
    public void Of_two_assets_it_is_the_best_of_a_grid(double cost)
    {
        double[] current = [0.35, 0.65];
        var optimizer = Of(Prices.Walk(3, 2, 250), new Limits(2) { Current = current }, cost);
        foreach (var (name, best, value) in Objectives(optimizer, current, cost))
        {
            var grid = Enumerable.Range(0, 100_001).Select(i => i / 100_000.0).MaxBy(x => value([x, 1 - x]));
            Assert.True(Math.Abs(grid - best[0]) < 2e-5, $"{name}: {best[0]} instead of {grid}");
        }
    }

    [Fact]
    public void The_higher_the_costs_the_less_is_traded()
    {
        double[] current = [0.6, 0.1, 0.1, 0.1, 0.1];
        var (table, limits) = (Prices.Walk(2, 5, 200), new Limits(5) { Current = current });
        var (free, none) = (Of(table, limits with { Current = null }, 0), Of(table, limits, 0));
        Assert.Equal(free.MinVolatility(), none.MinVolatility());
        Assert.Equal(free.MeanVariance(3), none.MeanVariance(3));
        Assert.Equal(free.MaxSharpe(), none.MaxSharpe());
        Assert.Equal(0, none.Cost(none.MaxSharpe()));
        for (var objective = 0; objective < 3; objective++)
        {
            var before = double.PositiveInfinity;
            foreach (var cost in new[] { 1e-6, 0.001, 0.01, 0.03, 0.1, 1 })
            {
                var optimizer = Of(table, limits, cost);
                var weights = Objectives(optimizer, current, cost)[objective].Best;
                Assert.Equal(cost * Traded(weights, current), optimizer.Cost(weights), 1e-12);
                Assert.True(Traded(weights, current) <= before + 1e-7);
                before = Traded(weights, current);
            }
            Assert.Equal(0, before, 1e-6);
        }
    }

    [Fact]
    public void The_frontier_is_before_costs()
    {
        double[] current = [1, 0, 0, 0, 0];
        var (table, limits) = (Prices.Walk(1, 5, 100), new Limits(5) { Current = current });
        Assert.Equal(
            Of(table, limits, 0).Frontier(10).Select(p => p.Volatility),
            Of(table, limits, 0.05).Frontier(10).Select(p => p.Volatility)
        );
    }

    [Fact]
    public void Costs_that_leave_no_excess_return_are_named()
    {
        double[] current = [1, 0, 0, 0, 0];
        var (table, limits) = (Prices.Walk(1, 5, 100), new Limits(5) { Current = current });
        var expected = Estimators.Returns(table, ReturnEstimator.Arithmetic);
        // What is held earns less than this rate, the best asset a little more.
        var rate = expected.Max() - 0.001;
        Assert.True(expected[0] < rate);
        var optimizer = new PortfolioOptimizer(expected, Estimators.Covariance(table, CovarianceEstimator.Sample), limits, rate, 0.5);
        Assert.Equal(
            ["riskFreeRate", "transactionCost"],
            Assert.Throws<InfeasibleException>(() => optimizer.MaxSharpe()).Conflicts.Select(c => c.Constraint)
        );
    }
}
