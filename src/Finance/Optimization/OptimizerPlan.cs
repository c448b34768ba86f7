using AgentInvest.Finance.Optimization;

namespace AgentInvest.AI.Optimization;

internal enum Objective { MaxSharpe, MinVolatility, RiskParity, Hrp, MinCvar, BlackLitterman, MeanVariance }

/// <summary>A request that has been checked: what to do with any table of returns of its symbols.</summary>
internal sealed record OptimizerPlan(
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

    internal sealed record Optimum(PortfolioOptimizer Optimizer, PortfolioPoint Point, double? Cvar, double[]? Posterior);

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
            Objective.MinVolatility => TargetVolatility is { } most
                ? optimizer.TargetVolatility(most)
                : optimizer.MinVolatility(RiskAversion ?? 1),
            Objective.MeanVariance => MeanVariance(optimizer),
            Objective.RiskParity => Within(optimizer, RiskParity.Weights(covariance, table.Count)),
            Objective.Hrp => Within(optimizer, HierarchicalRiskParity.Weights(covariance, Correlations(table, covariance), table.Count)),
            _ => MinCvar(table, limits, out cvar),
        };
        return new Optimum(optimizer, optimizer.Point(weights), cvar, posterior);
    }

    private double[] MaxSharpe(PortfolioOptimizer optimizer)
    {
        var best = optimizer.MaxSharpe();
        // Up to the best ratio the frontier's rises with its volatility.
        return TargetVolatility is { } most && optimizer.Point(best).Volatility > most ? optimizer.TargetVolatility(most) : best;
    }

    private double[] MeanVariance(PortfolioOptimizer optimizer)
    {
        if (RiskAversion is null && TargetVolatility is { } only) return optimizer.TargetVolatility(only);
        if (RiskAversion is null && Limits.TargetReturn is not null) return optimizer.MinVolatility(1);
        var best = optimizer.MeanVariance(RiskAversion ?? 1);
        return TargetVolatility is { } most && optimizer.Point(best).Volatility > most ? optimizer.TargetVolatility(most) : best;
    }

    private double[] Within(PortfolioOptimizer optimizer, double[] weights) =>
        optimizer.Satisfies(weights) ? weights : optimizer.Nearest(weights);

    private double[] MinCvar(ReturnTable table, Limits limits, out double? cvar)
    {
        var (weights, loss) = MinimumCvar.Solve(table, limits, Confidence);
        cvar = -loss;
        return weights;
    }

    /// <summary>Those of each pair's own days for the sample covariance; else those of the covariance.</summary>
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
    /// The same rule for some of the assets, as a past day knew them: without what is of today, views, market values and holdings.
    /// </summary>
    public OptimizerPlan Past(IReadOnlyList<int> assets)
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

    public string Method => Objective switch
    {
        Objective.MaxSharpe => "Highest Sharpe ratio, as one quadratic program by scaling",
        Objective.MinVolatility => "Least variance, a quadratic program",
        Objective.MeanVariance => "Mean-variance utility, a quadratic program",
        Objective.RiskParity => "Equal contributions to variance, nearest within the constraints",
        Objective.Hrp => "Hierarchical risk parity, single linkage, nearest within the constraints",
        Objective.MinCvar => "Least mean loss of the worst days, a linear program over the days on which all have prices",
        _ => "Highest Sharpe ratio on the Black-Litterman posterior",
    } + FormattableString.Invariant($"; {Word(Returns)} returns, {Word(Covariance)} covariance, 252 days a year");

    private static string Word<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
