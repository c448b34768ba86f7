using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Auth;

/// <summary>What load balancers and people ask: is it up, can it serve.</summary>
public sealed class HealthFunctions(Health health)
{
    [Function("HealthLive"), AllowAnonymous, NoRateLimit]
    [Describe("Tell that the process answers", Response = typeof(Health.Liveness))]
    public IResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        Answer.Ok(new Health.Liveness("live"));

    [Function("HealthReady"), AllowAnonymous, NoRateLimit]
    [Describe(
        "Tell whether this host can serve",
        Detail = "`degraded` still serves; `unready` answers 503.",
        Response = typeof(Health.Report)
    )]
    public async Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request,
        CancellationToken ct
    )
    {
        var report = await health.CheckAsync(ct);
        return Results.Json(report, Json.Options, statusCode: report.Status == "unready" ? 503 : 200);
    }
}
