using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Jobs;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Analytics;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Analytics: asked for by each booking through the outbox, or by the user; computed by an orchestration.</summary>
public sealed class AnalyticsFunctions(GetAnalytics getAnalytics, ComputeAnalytics compute, JobLedger jobs, Outbox outbox)
{
    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(5, TimeSpan.FromSeconds(1), 2.0, TimeSpan.FromSeconds(30))
    );

    [Function("GetAnalytics"), ReadsPortfolio]
    [Describe(
        "Read the latest analytics",
        Detail = "`pending` while those of the present books are on their way; the last ones computed are shown meanwhile.",
        Parameters = typeof(PortfolioChoice),
        Response = typeof(GetAnalytics.Response)
    )]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/analytics")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await getAnalytics.HandleAsync(CurrentUser.Of(request.HttpContext), QueryReader.Read<PortfolioChoice>(request), ct));

    [Function("RequestAnalytics"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Start an analytics job",
        Parameters = typeof(PortfolioChoice),
        Response = typeof(JobStarted),
        Status = 202
    )]
    public async Task<IResult> Request(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/analytics")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        var wanted = await getAnalytics.RequestAsync(CurrentUser.Of(request.HttpContext), QueryReader.Read<PortfolioChoice>(request), ct);
        return await client.AcceptJobAsync(jobs, JobOf(wanted), nameof(Analytics), wanted, ct);
    }

    [Function("DrainAnalyticsOutbox")]
    public Task Drain(
        [TimerTrigger("* * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    ) =>
        outbox.DrainAsync<AnalyticsRequest>(
            AnalyticsRequest.OutboxKind,
            wanted => client.StartJobAsync(jobs, JobOf(wanted), nameof(Analytics), wanted, ct),
            ct
        );

    private static JobOrder JobOf(AnalyticsRequest wanted) => new(App.Name, AnalyticsRequest.JobKind, wanted.UserId, wanted.JobKey);

    [Function(nameof(Analytics))]
    public static Task<AnalyticsRequest> Analytics([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var request = context.GetInput<AnalyticsRequest>()!;
        return context.RunJobAsync(request.UserId, () => ComputeAsync(context, request));
    }

    private static async Task<AnalyticsRequest> ComputeAsync(TaskOrchestrationContext context, AnalyticsRequest request)
    {
        var risk = context.CallActivityAsync<ComputeAnalytics.RiskFigures>(nameof(AnalyticsRisk), request, Retry);
        var income = context.CallActivityAsync<ComputeAnalytics.IncomeFigures>(nameof(AnalyticsIncome), request, Retry);
        var structure = context.CallActivityAsync<ComputeAnalytics.Structure>(nameof(AnalyticsStructure), request, Retry);
        await Task.WhenAll(risk, income, structure);
        var (concentration, correlation) = await structure;
        var result = new ComputeAnalytics.Result(await risk, await income, concentration, correlation);
        await context.CallActivityAsync(nameof(StoreAnalytics), new Finished(request, result), Retry);
        return request;
    }

    public sealed record Finished(AnalyticsRequest Request, ComputeAnalytics.Result Result);

    [Function(nameof(AnalyticsRisk))]
    public Task<ComputeAnalytics.RiskFigures> AnalyticsRisk([ActivityTrigger] AnalyticsRequest request, CancellationToken ct) =>
        compute.RiskAsync(request, ct);

    [Function(nameof(AnalyticsIncome))]
    public Task<ComputeAnalytics.IncomeFigures> AnalyticsIncome([ActivityTrigger] AnalyticsRequest request, CancellationToken ct) =>
        compute.IncomeAsync(request, ct);

    [Function(nameof(AnalyticsStructure))]
    public Task<ComputeAnalytics.Structure> AnalyticsStructure([ActivityTrigger] AnalyticsRequest request, CancellationToken ct) =>
        compute.StructureAsync(request, ct);

    [Function(nameof(StoreAnalytics))]
    public Task StoreAnalytics([ActivityTrigger] Finished finished, CancellationToken ct) =>
        compute.StoreAsync(finished.Request, finished.Result, ct);
}
