namespace AgentInvest.Finance.Optimization;

/// <summary>What a portfolio is optimal by. <see cref="Reinforcement"/> has a name and no solver yet.</summary>
public enum Objective { MaxSharpe, MinVolatility, RiskParity, Hrp, MinCvar, BlackLitterman, MeanVariance, Reinforcement }

/// <summary>
/// A rule that gives weights for any table of returns of its symbols. Rates, returns and volatilities are annual fractions.
/// </summary>
public sealed record OptimizerPlan(
    IReadOnlyList<string> Symbols,
    Objective Objective,
    ReturnEstimator Returns,
    CovarianceEstimator Covariance,
    double RiskFree
)
{
    public double Confidence { get; init; } = 0.95;
    public double? TargetVolatility { get; init; }
    public double? RiskAversion { get; init; }
    public double TransactionCost { get; init; }
    public int FrontierPoints { get; init; } = 20;
    public required Limits Limits { get; init; }
    public IReadOnlyList<View> Views { get; init; } = [];
    public double[]? Prior { get; init; }
    public double[]? MarketCaps { get; init; }
    public double PriorRiskAversion { get; init; } = 1;
    public double Tau { get; init; } = 0.05;

    /// <param name="Cvar">Of <see cref="Objective.MinCvar"/>: the mean return of the worst days, negative for a loss.</param>
    /// <param name="Posterior">Of <see cref="Objective.BlackLitterman"/>: expected returns by symbol.</param>
    public sealed record Optimum(PortfolioOptimizer Optimizer, PortfolioPoint Point, double? Cvar, double[]? Posterior);

    /// <exception cref="InfeasibleException">No portfolio satisfies the request.</exception>
    public Optimum Solve(ReturnTable table)
    {
        var (expected, covariance) = (Estimators.Returns(table, Returns, RiskFree), Estimators.Covariance(table, Covariance));
        double[]? posterior = null;
        if (Objective == Objective.BlackLitterman)
        {
            var prior =
                Prior
                ?? (
                    MarketCaps is { } caps
                        ? BlackLitterman.MarketPrior(covariance, caps, PriorRiskAversion, RiskFree)
                        : expected.Select(_ => 1.0 / expected.Length).ToArray()
                );
            (expected, covariance) = BlackLitterman.Posterior(covariance, prior, Views, Tau);
            posterior = expected;
        }
        var limits = Limits with { Expected = expected };
        var optimizer = new PortfolioOptimizer(expected, covariance, limits, RiskFree, TransactionCost);
        double? cvar = null;
        var weights = Objective switch
        {
            Objective.MaxSharpe or Objective.BlackLitterman => MaxSharpe(optimizer),
            Objective.MinVolatility => TargetVolatility is { } max
                ? optimizer.TargetVolatility(max)
                : optimizer.MinVolatility(RiskAversion ?? 1),
            Objective.MeanVariance => MeanVariance(optimizer),
            Objective.RiskParity => Within(optimizer, RiskParity.Weights(covariance, table.Count)),
            Objective.Hrp => Within(optimizer, HierarchicalRiskParity.Weights(covariance, Correlations(table, covariance), table.Count)),
            Objective.MinCvar => MinCvar(table, limits, out cvar),
            _ => throw new InvalidOperationException($"{Objective} has no solver."),
        };
        return new Optimum(optimizer, optimizer.Point(weights), cvar, posterior);
    }

    private double[] MaxSharpe(PortfolioOptimizer optimizer)
    {
        var best = optimizer.MaxSharpe();
        // Up to the best ratio the frontier's rises with its volatility.
        return TargetVolatility is { } max && optimizer.Point(best).Volatility > max ? optimizer.TargetVolatility(max) : best;
    }

    private double[] MeanVariance(PortfolioOptimizer optimizer)
    {
        if (RiskAversion is null && TargetVolatility is { } target) return optimizer.TargetVolatility(target);
        if (RiskAversion is null && Limits.TargetReturn is not null) return optimizer.MinVolatility(1);
        var best = optimizer.MeanVariance(RiskAversion ?? 1);
        return TargetVolatility is { } max && optimizer.Point(best).Volatility > max ? optimizer.TargetVolatility(max) : best;
    }

    private double[] Within(PortfolioOptimizer optimizer, double[] weights) =>
        optimizer.Satisfies(weights) ? weights : optimizer.Nearest(weights);

    private double[] MinCvar(ReturnTable table, Limits limits, out double? cvar)
    {
        var (weights, loss) = MinimumCvar.Solve(table, limits, Confidence);
        cvar = -loss;
        return weights;
    }

    /// <summary>With the sample covariance, over the days that each pair has in common; else those the covariance implies.</summary>
    private double[] Correlations(ReturnTable table, double[] covariance)
    {
        var n = table.Count;
        return Covariance == CovarianceEstimator.Sample
            ? Estimators.Correlations(table).Select((c, k) => c ?? (k / n == k % n ? 1 : 0)).ToArray()
            : Enumerable
                .Range(0, n * n)
                .Select(k => covariance[k] / Math.Sqrt(covariance[k / n * (n + 1)] * covariance[k % n * (n + 1)]))
                .ToArray();
    }

    /// <summary>
    /// The same rule for some of the assets, as it could have been applied on a past day: without views, market values and holdings, which
    /// are today's.
    /// </summary>
    public OptimizerPlan ForPastDays(IReadOnlyList<int> assets)
    {
        var index = assets.Select((a, k) => (a, k)).ToDictionary(x => x.a, x => x.k);
        return this with
        {
            Views = [],
            TransactionCost = 0,
            MarketCaps = null,
            Prior = Prior is null ? null : assets.Select(a => Prior[a]).ToArray(),
            Limits = Limits with
            {
                Count = assets.Count,
                Current = null,
                TurnoverMax = null,
                Sectors = Limits
                    .Sectors.Select(s => s with { Members = s.Members.Where(index.ContainsKey).Select(m => index[m]).ToArray() })
                    .Where(s => s.Members.Length > 0)
                    .ToList(),
            },
        };
    }
}
