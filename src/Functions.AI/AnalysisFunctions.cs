using AgentInvest.AI.Optimization;
using AgentInvest.AI.Risk;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.AI;

/// <summary>Risk and optimal portfolios, of the market's history or of the caller's own data.</summary>
[RequireScope("ai:use")]
public sealed class AnalysisFunctions(MeasureRisk risk, OptimizePortfolio optimize)
{
    [Function("MeasureRisk"), MaxBody(10 << 20)]
    [Describe(
        "Measure risk and performance ratios",
        Detail = "Exactly one of `returns` (simple, one a period), `symbols` (their mean, rebalanced daily, adjusted closes of the "
            + "last three years) and `portfolioId`. `benchmark` is a symbol or a list as long as the returns. Deviations are of "
            + "the sample, annualised by the root of `periodsPerYear` (252); VaR is the interpolated percentile at 1 − "
            + "`confidence` (0.95), CVaR the mean of what lies below, both negative for a loss; skew and kurtosis are moments "
            + "of the population, kurtosis less 3. What is not defined is null. `forecastVolatility` is annual, by the model "
            + "that did best out of sample, its record beside it; it takes 60 returns.",
        Request = typeof(MeasureRisk.Request),
        Response = typeof(MeasureRisk.Response),
        Problems = ["404 not_found"]
    )]
    public async Task<IResult> Risk(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ai/risk")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await risk.HandleAsync(CurrentUser.Of(request.HttpContext), await Body.ReadAsync<MeasureRisk.Request>(request, ct), ct));

    [Function("OptimizePortfolio"), MaxBody(10 << 20)]
    [Describe(
        "Optimize a portfolio",
        Detail = "Of `symbols` (adjusted closes of the market, `lookbackDays` of them, default 756) or of `prices` of one's own, "
            + "null before listing. `targetReturn` is the least expected return; `targetVolatility` asks for the highest "
            + "expected return at no more than it (with `maxSharpe`, the best ratio there). `hrp` and `riskParity` under "
            + "constraints answer the nearest portfolio that satisfies them. Beside every optimum: its frontier, and a "
            + "walk-forward beside equal weights.",
        Request = typeof(OptimizePortfolio.Request),
        Response = typeof(OptimizePortfolio.Response),
        Problems = ["404 not_found", "422 infeasible", "422 no_solution", "422 objective_not_available"]
    )]
    public async Task<IResult> Optimize(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ai/portfolio-optimize")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await optimize.HandleAsync(await Body.ReadAsync<OptimizePortfolio.Request>(request, ct), ct));
}
