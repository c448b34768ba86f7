using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Jobs;
using AgentInvest.Portfolio.Rebalancing;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Targets and the way to them.</summary>
public sealed class RebalanceFunctions(ManageTargets targets, PlanRebalance plan, FindJob jobs)
{
    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(3, TimeSpan.FromSeconds(1), 2.0, TimeSpan.FromSeconds(10))
    );

    [Function("GetTargets"), RequireScope("portfolio:read")]
    [Describe(
        "Read the target weights",
        Query = ["portfolioId: default: the default portfolio"],
        Response = typeof(ManageTargets.Response)
    )]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/targets")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await targets.GetAsync(CurrentUser.Of(request.HttpContext), Query.Id(request, "portfolioId"), ct);
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("PutTargets"), RequireScope("portfolio:write")]
    [Describe(
        "Set the target weights",
        Detail = "Replaces all; they add up to at most 1, the rest is cash.",
        Query = ["portfolioId: default: the default portfolio"],
        Request = typeof(ManageTargets.Request),
        Response = typeof(ManageTargets.Response),
        Problems = ["412 precondition_failed"]
    )]
    public async Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "portfolio/targets")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await targets.PutAsync(
            CurrentUser.Of(request.HttpContext),
            Query.Id(request, "portfolioId"),
            await Body.ReadAsync<ManageTargets.Request>(request, ct),
            request.Headers.IfMatch,
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("RequestRebalance"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Plan a rebalancing",
        Detail = "Answers a job; its output is the plan: `trades`, each with its reason, `expectedDrift` before and after, `fees`, `tax` as an estimate. New cash goes where it lacks first; nothing within `band` of its target is sold. `mode` execute is refused until there is trading.",
        Query = ["portfolioId: default: the default portfolio"],
        Request = typeof(PlanRebalance.Request),
        Response = typeof(PlanRebalance.Started),
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
            Query.Id(request, "portfolioId"),
            await Body.ReadAsync<PlanRebalance.Request>(request, ct),
            ct
        );
        await jobs.AddAsync(user.Id, order.InstanceId, RebalanceOrder.JobKind, ct);
        await client.ScheduleNewOrchestrationInstanceAsync("Rebalance", order, new StartOrchestrationOptions(order.InstanceId), ct);
        return Answer
            .Accepted(new PlanRebalance.Started(order.InstanceId, $"/v1/jobs/{order.InstanceId}"))
            .With("Location", $"/v1/jobs/{order.InstanceId}");
    }

    [Function("Rebalance")]
    public static Task<RebalanceResult> Run([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<RebalanceResult>("PlanRebalance", context.GetInput<RebalanceOrder>()!, Retry);

    [Function("PlanRebalance")]
    public Task<RebalanceResult> Plan([ActivityTrigger] RebalanceOrder order, CancellationToken ct) => plan.HandleAsync(order, ct);
}
