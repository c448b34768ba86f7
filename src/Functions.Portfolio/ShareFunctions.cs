using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;
using AgentInvest.Portfolio.Shares;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Read-only links.</summary>
public sealed class ShareFunctions(ManageShares shares, GetShared shared)
{
    [Function("CreateShare"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Create a read-only link",
        Detail = "Scope `values` shows amounts; without it only percentages are shown. The token is in this answer and in no other.",
        Parameters = typeof(PortfolioChoice),
        Request = typeof(ManageShares.Request),
        Response = typeof(ManageShares.CreatedShare),
        Status = 201
    )]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/shares")] HttpRequest request,
        CancellationToken ct
    )
    {
        var created = await shares.CreateAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<PortfolioChoice>(request),
            await Body.ReadAsync<ManageShares.Request>(request, ct),
            ct
        );
        return Answer.Created(created.Url, created);
    }

    [Function("ListShares"), ReadsPortfolio]
    [Describe(
        "List read-only links",
        Parameters = typeof(PageRequest),
        Response = typeof(ListPage<ManageShares.Share>)
    )]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/shares")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await shares.ListAsync(CurrentUser.Of(request.HttpContext), QueryReader.Read<PageRequest>(request), ct));

    [Function("DeleteShare"), RequireScope("portfolio:write")]
    [Describe("End a read-only link", Status = 204, Problems = ["404 not_found"])]
    public async Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "portfolio/shares/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await shares.DeleteAsync(CurrentUser.Of(request.HttpContext), id, ct);
        return Answer.NoContent();
    }

    [Function("GetShared"), AllowAnonymous]
    [Describe(
        "Read a shared portfolio",
        Detail = "For whoever has the link; 404 once it has ended.",
        Response = typeof(GetShared.Response),
        Problems = ["404 not_found"]
    )]
    public async Task<IResult> Shared(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "shared/{token}")] HttpRequest request,
        string token,
        CancellationToken ct
    ) => Answer.Ok(await shared.HandleAsync(token, ct));
}
