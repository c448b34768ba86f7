using AgentInvest.Core.Http;
using AgentInvest.Core.Jobs;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Privacy;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Jobs of any app, read and terminated by their owner.</summary>
public sealed class JobFunctions(JobLedger jobs)
{
    [Function("GetJob"), ReadsPortfolio]
    [Describe("Read the state of a job", Response = typeof(Job), Problems = ["404 not_found"])]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "jobs/{instanceId}")] HttpRequest request,
        string instanceId,
        CancellationToken ct
    ) => Answer.Ok(await jobs.FindAsync(CurrentUser.Of(request.HttpContext), instanceId, ct));

    [Function("TerminateJob"), RequireScope("portfolio:write")]
    [Describe(
        "Terminate a job",
        Detail = "It is `terminated` at once; what it is doing at this moment may still end.",
        Status = 204,
        Problems = ["404 not_found"]
    )]
    public async Task<IResult> Terminate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "jobs/{instanceId}")] HttpRequest request,
        string instanceId,
        CancellationToken ct
    )
    {
        await jobs.TerminateAsync(CurrentUser.Of(request.HttpContext), instanceId, ct);
        return Answer.NoContent();
    }
}
