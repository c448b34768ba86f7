using AgentInvest.Core.Http;
using AgentInvest.Core.Jobs;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;
using AgentInvest.Portfolio.Rebalancing;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Target weights, and jobs that plan the trades towards them.</summary>
public sealed class RebalanceFunctions(ManageTargets targets, PlanRebalance plan, JobLedger jobs)
{
    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(3, TimeSpan.FromSeconds(1), 2.0, TimeSpan.FromSeconds(10))
    );

    [Function("GetTargets"), ReadsPortfolio]
    [Describe("Read the target weights", Parameters = typeof(PortfolioChoice), Response = typeof(ManageTargets.Response), ETag = true)]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/targets")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await targets.GetAsync(CurrentUser.Of(request.HttpContext), QueryReader.Read<PortfolioChoice>(request), ct);
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("PutTargets"), RequireScope("portfolio:write")]
    [Describe(
        "Set the target weights",
        Detail = "Replaces all; they add up to at most 1, the rest is cash.",
        Parameters = typeof(PortfolioChoice),
        Request = typeof(ManageTargets.Request),
        Response = typeof(ManageTargets.Response),
        Problems = ["412 precondition_failed"],
        ETag = true
    )]
    public async Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "portfolio/targets")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await targets.PutAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<PortfolioChoice>(request),
            await Body.ReadAsync<ManageTargets.Request>(request, ct),
            request.Headers.IfMatch,
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("RequestRebalance"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Plan a rebalancing",
        Detail = "Answers a job; its output is the plan: `trades`, each with its reason, `expectedDrift` before and after, `fees`, `tax` "
            + "as an estimate. New cash goes to what is furthest below its target first; nothing within `band` of its target is sold. "
            + "`mode` execute is refused until there is trading.",
        Parameters = typeof(PortfolioChoice),
        Request = typeof(PlanRebalance.Request),
        Response = typeof(JobStarted),
        Status = 202,
        Problems = ["422 targets_missing", "422 trading_unavailable"]
    )]
    public async Task<IResult> Request(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/rebalance")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        var user = CurrentUser.Of(request.HttpContext);
        var order = await plan.CheckAsync(
            user,
            QueryReader.Read<PortfolioChoice>(request),
            await Body.ReadAsync<PlanRebalance.Request>(request, ct),
            ct
        );
        var job = new JobOrder(App.Name, RebalanceOrder.JobKind, user.Id, $"{Guid.CreateVersion7():N}");
        return await client.AcceptJobAsync(jobs, job, nameof(Rebalance), order, ct);
    }

    [Function(nameof(Rebalance))]
    public static Task<RebalanceResult> Rebalance([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var order = context.GetInput<RebalanceOrder>()!;
        return context.RunJobAsync(order.UserId, () => context.CallActivityAsync<RebalanceResult>(nameof(PlanTrades), order, Retry));
    }

    [Function(nameof(PlanTrades))]
    public Task<RebalanceResult> PlanTrades([ActivityTrigger] RebalanceOrder order, CancellationToken ct) => plan.HandleAsync(order, ct);
}
