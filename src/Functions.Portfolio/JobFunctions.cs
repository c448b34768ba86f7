using System.Text.Json;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Jobs;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Long work, watched and stopped by whoever asked for it.</summary>
public sealed class JobFunctions(FindJob jobs)
{
    [Function("GetJob"), RequireScope("portfolio:read")]
    [Describe("Read the state of a job", Response = typeof(FindJob.Response), Problems = ["404 not_found"])]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "jobs/{instanceId}")] HttpRequest request,
        string instanceId,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        var job = await jobs.HandleAsync(CurrentUser.Of(request.HttpContext), instanceId, ct);
        return await client.GetInstanceAsync(instanceId, true, ct) is not { } instance
            ? Answer.Ok(new FindJob.Response(job.InstanceId, job.Kind, "pending", null, job.CreatedAt, null, null))
            : Answer.Ok(
                new FindJob.Response(
                    job.InstanceId,
                    job.Kind,
                    StatusOf(instance.RuntimeStatus),
                    instance.IsCompleted && instance.FailureDetails is null ? 1 : instance.ReadCustomStatusAs<decimal?>(),
                    instance.CreatedAt,
                    instance.ReadOutputAs<JsonElement?>(),
                    instance.FailureDetails?.ErrorMessage
                )
            );
    }

    [Function("TerminateJob"), RequireScope("portfolio:write")]
    [Describe("Terminate a job", Status = 204, Problems = ["404 not_found"])]
    public async Task<IResult> Terminate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "jobs/{instanceId}")] HttpRequest request,
        string instanceId,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        await jobs.HandleAsync(CurrentUser.Of(request.HttpContext), instanceId, ct);
        await client.TerminateInstanceAsync(instanceId, "Terminated by its owner.", ct);
        return Answer.NoContent();
    }

    private static string StatusOf(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => "pending",
        OrchestrationRuntimeStatus.Completed => "completed",
        OrchestrationRuntimeStatus.Failed => "failed",
        OrchestrationRuntimeStatus.Terminated => "terminated",
        _ => "running",
    };
}
