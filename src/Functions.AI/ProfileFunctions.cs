using AgentInvest.AI.Models;
using AgentInvest.AI.Profiles;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.AI;

/// <summary>The risk profile that advice respects, and the models it rests on.</summary>
[RequireScope("ai:use")]
public sealed class ProfileFunctions(ManageProfile profile, ListModels models)
{
    [Function("GetProfile")]
    [Describe(
        "Read the risk profile",
        Detail = "Before it was set: ten years, a tolerance of 5, no exclusions, USD.",
        Response = typeof(ManageProfile.Response)
    )]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ai/profile")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await profile.GetAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("PutProfile")]
    [Describe("Set the risk profile", Request = typeof(ManageProfile.Request), Response = typeof(ManageProfile.Response))]
    public async Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "ai/profile")] HttpRequest request,
        CancellationToken ct
    ) =>
        Answer.Ok(
            await profile.PutAsync(CurrentUser.Of(request.HttpContext), await Body.ReadAsync<ManageProfile.Request>(request, ct), ct)
        );

    [Function("ListModels")]
    [Describe(
        "List the forecasting models with their out-of-sample records",
        Detail = "Measured on SPY, beside the constant variance of all the past as the baseline.",
        Response = typeof(ListModels.Response)
    )]
    public async Task<IResult> Models(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ai/models")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await models.HandleAsync(ct));
}
