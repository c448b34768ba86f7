using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Optimization;
using AgentInvest.Market.History;

namespace AgentInvest.AI.Optimization;

/// <summary>POST /ai/portfolio-optimize: an optimum in sample is a claim, so its walk-forward stands beside it.</summary>
[Singleton]
public sealed partial class OptimizePortfolio(AdjustedCloses closes, TimeProvider time)
{
    private const int DefaultDays = 756;
    private const double MaxAnnualized = 1e12;

    public async Task<Response> HandleAsync(Request request, CancellationToken ct)
    {
        var checks = new OptimizerChecks(request);
        var names = checks.Names();
        var plan = checks.Plan(names);
        var prices = request.Prices is not null
            ? checks.Prices(names)
            : await closes.LoadAsync(names, "symbols", (request.LookbackDays ?? DefaultDays) + 1, Instants.DayOf(time.GetUtcNow()), ct);
        var table = ReturnTable.Of(prices.Prices);
        if (request.LookbackDays is { } days && days < table.Days)
            table = table.Slice(table.Days - days, table.Days, Enumerable.Range(0, table.Count).ToList());
        CheckUsable(plan, table, request.Prices is null ? "symbols" : "prices.values");
        try
        {
            var optimum = plan.Solve(table);
            ct.ThrowIfCancellationRequested();
            // The targets pick a point of the frontier; they are no limits of it.
            var frontier = new PortfolioOptimizer(
                optimum.Optimizer.Expected,
                optimum.Optimizer.Covariance,
                plan.Limits with
                {
                    TargetReturn = null,
                },
                plan.RiskFree
            ).Frontier(plan.FrontierPoints);
            ct.ThrowIfCancellationRequested();
            return ToResponse(
                plan,
                optimum,
                frontier,
                WalkForward.Run(
                    table,
                    (window, assets) => WeightsOf(plan, window, assets, ct),
                    plan.RiskFree,
                    plan.Objective == Objective.MinCvar ? 8 : 24
                ),
                prices,
                table.Days
            );
        }
        catch (InfeasibleException e)
        {
            throw AIProblems.Infeasible(e);
        }
        catch (ArithmeticException)
        {
            throw AIProblems.NotSolved();
        }
    }

    private static double[]? WeightsOf(OptimizerPlan plan, ReturnTable window, IReadOnlyList<int> assets, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            return Enumerable.Range(0, window.Count).All(i => HasVariance(window, i))
                ? plan.ForPastDays(assets).Solve(window).Point.Weights
                : null;
        }
        catch (Exception e) when (e is InfeasibleException or ArithmeticException)
        {
            return null;
        }
    }

    private static void CheckUsable(OptimizerPlan plan, ReturnTable table, string field)
    {
        for (var i = 0; i < table.Count; i++)
        {
            if (table.Days - table.First(i) < 2) throw Problems.Validation(field, $"{plan.Symbols[i]} needs prices on 3 days or more");
            if (plan.Objective is Objective.RiskParity or Objective.Hrp && !HasVariance(table, i))
                throw Problems.Validation(field, $"{plan.Symbols[i]} does not move, so it has no share of the risk");
        }
        // Compounded over a year, a few extreme days exceed what can be computed with.
        var (expected, covariance) = (
            Estimators.Returns(table, plan.Returns, plan.RiskFree),
            Estimators.Covariance(table, plan.Covariance)
        );
        if (Array.FindIndex(expected, m => !(Math.Abs(m) < MaxAnnualized)) is >= 0 and var extreme)
            throw Problems.Validation(field, $"{plan.Symbols[extreme]} moves too much for an annual return");
        if (!covariance.All(c => Math.Abs(c) < MaxAnnualized)) throw Problems.Validation(field, "move too much for an annual covariance");
        if (plan.Objective == Objective.MinCvar && table.Days - table.Complete < 2)
            throw Problems.Validation(field, "must have days on which all symbols have prices");
    }

    private static bool HasVariance(ReturnTable table, int asset) =>
        Finance.Risk.RiskMeasures.Covariance(table.Of(asset), table.Of(asset)) is > 0;

    private static Response ToResponse(
        OptimizerPlan plan,
        OptimizerPlan.Optimum optimum,
        IReadOnlyList<PortfolioPoint> frontier,
        WalkForwardResult? tested,
        PriceTable prices,
        int days
    )
    {
        Dictionary<string, double> Named(double[] values) =>
            plan.Symbols.Select((s, i) => (s, values[i])).ToDictionary(x => x.s, x => x.Item2);
        var unavailable = new Dictionary<string, string>();
        if (tested is null)
            unavailable["outOfSample"] =
                $"It takes {WalkForward.MinDays} daily returns, and symbols that were listed for half of the training days.";
        if (optimum.Point.Sharpe is null) unavailable["sharpe"] = "The portfolio has no risk.";
        DateOnly Day(int row) => prices.Days[prices.Days.Length - days + row];
        return new Response(
            Named(optimum.Point.Weights),
            optimum.Point.ExpectedReturn,
            optimum.Point.Volatility,
            optimum.Point.Sharpe,
            frontier.Select(p => new FrontierPoint(p.ExpectedReturn, p.Volatility, p.Sharpe, Named(p.Weights))).ToList(),
            tested is null ? null : ToRecord(plan, tested, Day(tested.FromRow), Day(tested.ToRow)),
            Method(plan),
            Instants.StartOf(prices.Days[^1]),
            prices.Source ?? "request",
            optimum.Cvar,
            optimum.Posterior is null ? null : new PosteriorReturns(Named(optimum.Posterior)),
            plan.Limits.Current is { } current ? optimum.Point.Weights.Zip(current, (w, c) => Math.Abs(w - c)).Sum() / 2 : null,
            plan.TransactionCost > 0 ? optimum.Optimizer.Cost(optimum.Point.Weights) : null,
            unavailable
        );
    }

    private static OutOfSampleRecord ToRecord(OptimizerPlan plan, WalkForwardResult t, DateOnly from, DateOnly to) =>
        new(
            from,
            to,
            t.Windows,
            t.Fallbacks,
            t.Rule.Return,
            t.Rule.Volatility,
            t.Rule.Sharpe,
            t.Rule.MaxDrawdown,
            t.Rule.Turnover,
            new OutOfSampleBaseline(
                "equalWeight",
                t.EqualWeight.Return,
                t.EqualWeight.Volatility,
                t.EqualWeight.Sharpe,
                t.EqualWeight.MaxDrawdown,
                t.EqualWeight.Turnover
            ),
            plan.Objective == Objective.BlackLitterman ? "Without the views and market values, which are of today."
                : plan.Limits.TurnoverMax is not null || plan.TransactionCost > 0
                    ? "Without the limit on turnover and the costs of trades, which are of today's holdings."
                : null
        );

    private static string Method(OptimizerPlan plan) =>
        plan.Objective switch
        {
            Objective.MaxSharpe => "Highest Sharpe ratio, as one quadratic program by scaling",
            Objective.MinVolatility => "Least variance, a quadratic program",
            Objective.MeanVariance => "Mean-variance utility, a quadratic program",
            Objective.RiskParity => "Equal contributions to variance, nearest within the constraints",
            Objective.Hrp => "Hierarchical risk parity, single linkage, nearest within the constraints",
            Objective.MinCvar => "Least mean loss of the worst days, a linear program over the days on which all have prices",
            _ => "Highest Sharpe ratio on the Black-Litterman posterior",
        } + $"; {EnumNames.Of(plan.Returns)} returns, {EnumNames.Of(plan.Covariance)} covariance, 252 days a year";
}
