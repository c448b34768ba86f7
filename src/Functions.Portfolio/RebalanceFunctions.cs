using AgentInvest.Core;
using AgentInvest.Portfolio.Rebalancing;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Targets and the way to them.</summary>
public sealed class RebalanceFunctions(ManageTargets targets)
{
    [Function("GetTargets"), RequireScope("portfolio:read")]
    [Describe("Read the target weights", Query = ["portfolioId: default: the default portfolio"], Response = typeof(ManageTargets.Response))]
    public async Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/targets")] HttpRequest request, CancellationToken ct)
    {
        var (response, etag) = await targets.GetAsync(CurrentUser.Of(request.HttpContext), Query.Id(request, "portfolioId"), ct);
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("PutTargets"), RequireScope("portfolio:write")]
    [Describe("Set the target weights", Detail = "Replaces all; they add up to at most 1, the rest is cash.", Query = ["portfolioId: default: the default portfolio"], Request = typeof(ManageTargets.Request), Response = typeof(ManageTargets.Response), Problems = ["412 precondition_failed"])]
    public async Task<IResult> Put([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "portfolio/targets")] HttpRequest request, CancellationToken ct)
    {
        var (response, etag) = await targets.PutAsync(CurrentUser.Of(request.HttpContext), Query.Id(request, "portfolioId"), await Body.ReadAsync<ManageTargets.Request>(request, ct), request.Headers.IfMatch, ct);
        return Answer.Ok(response).With("ETag", etag);
    }
}
