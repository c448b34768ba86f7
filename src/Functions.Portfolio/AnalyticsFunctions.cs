using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Analytics;
using AgentInvest.Portfolio.Jobs;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Analytics: asked for by each booking through the outbox, or by the user; computed by an orchestration.</summary>
public sealed class AnalyticsFunctions(GetAnalytics getAnalytics, ComputeAnalytics compute, FindJob jobs, Outbox outbox)
{
    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(5, TimeSpan.FromSeconds(1), 2.0, TimeSpan.FromSeconds(30))
    );

    [Function("GetAnalytics"), RequireScope("portfolio:read")]
    [Describe(
        "Read the latest analytics",
        Detail = "`pending` while those of the present books are on their way; the last ones computed are shown meanwhile.",
        Query = ["portfolioId: default: the default portfolio"],
        Response = typeof(GetAnalytics.Response)
    )]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/analytics")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await getAnalytics.HandleAsync(CurrentUser.Of(request.HttpContext), Query.Id(request, "portfolioId"), ct));

    [Function("RequestAnalytics"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Start an analytics job",
        Query = ["portfolioId: default: the default portfolio"],
        Response = typeof(GetAnalytics.Started),
        Status = 202
    )]
    public async Task<IResult> Request(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/analytics")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        var wanted = await getAnalytics.RequestAsync(CurrentUser.Of(request.HttpContext), Query.Id(request, "portfolioId"), ct);
        await StartAsync(client, wanted, ct);
        return Answer
            .Accepted(new GetAnalytics.Started(wanted.InstanceId, $"/v1/jobs/{wanted.InstanceId}"))
            .With("Location", $"/v1/jobs/{wanted.InstanceId}");
    }

    [Function("DrainAnalyticsOutbox")]
    public Task Drain(
        [TimerTrigger("* * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    ) => outbox.DrainAsync<AnalyticsRequest>(AnalyticsRequest.OutboxKind, wanted => StartAsync(client, wanted, ct), ct);

    private async Task StartAsync(DurableTaskClient client, AnalyticsRequest wanted, CancellationToken ct)
    {
        await jobs.AddAsync(wanted.UserId, wanted.InstanceId, AnalyticsRequest.JobKind, ct);
        // The outbox delivers at least once and a user may ask again: one orchestration a version while it runs.
        if (await client.GetInstanceAsync(wanted.InstanceId, false, ct) is { IsCompleted: false }) return;
        await client.ScheduleNewOrchestrationInstanceAsync("Analytics", wanted, new StartOrchestrationOptions(wanted.InstanceId), ct);
    }

    [Function("Analytics")]
    public static async Task<AnalyticsRequest> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var request = context.GetInput<AnalyticsRequest>()!;
        context.SetCustomStatus(0.1);
        var risk = context.CallActivityAsync<ComputeAnalytics.Risk>("AnalyticsRisk", request, Retry);
        var income = context.CallActivityAsync<ComputeAnalytics.Income>("AnalyticsIncome", request, Retry);
        var structure = context.CallActivityAsync<ComputeAnalytics.Structure>("AnalyticsStructure", request, Retry);
        await Task.WhenAll(risk, income, structure);
        context.SetCustomStatus(0.8);
        await context.CallActivityAsync(
            "StoreAnalytics",
            new Finished(
                request,
                new ComputeAnalytics.Result(await risk, await income, (await structure).Concentration, (await structure).Correlation)
            ),
            Retry
        );
        context.SetCustomStatus(1.0);
        return request;
    }

    public sealed record Finished(AnalyticsRequest Request, ComputeAnalytics.Result Result);

    [Function("AnalyticsRisk")]
    public Task<ComputeAnalytics.Risk> Risk([ActivityTrigger] AnalyticsRequest request, CancellationToken ct) =>
        compute.RiskAsync(request, ct);

    [Function("AnalyticsIncome")]
    public Task<ComputeAnalytics.Income> Income([ActivityTrigger] AnalyticsRequest request, CancellationToken ct) =>
        compute.IncomeAsync(request, ct);

    [Function("AnalyticsStructure")]
    public Task<ComputeAnalytics.Structure> Structure([ActivityTrigger] AnalyticsRequest request, CancellationToken ct) =>
        compute.StructureAsync(request, ct);

    [Function("StoreAnalytics")]
    public Task Store([ActivityTrigger] Finished finished, CancellationToken ct) =>
        compute.StoreAsync(finished.Request, finished.Result, ct);
}
