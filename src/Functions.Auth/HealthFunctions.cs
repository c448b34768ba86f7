using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Auth;

/// <summary>Liveness and readiness, for load balancers and people.</summary>
public sealed class HealthFunctions(Health health)
{
    [Function("HealthLive"), AllowAnonymous, NoRateLimit]
    [Describe("Check liveness", Response = typeof(Health.Liveness))]
    public IResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        Answer.Ok(new Health.Liveness("live"));

    [Function("HealthReady"), AllowAnonymous, NoRateLimit]
    [AlsoAnswers(503, typeof(Health.Report), "Unready.")]
    [Describe(
        "Check readiness",
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
