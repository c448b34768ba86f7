using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Performance;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Portfolios, their holdings and their performance.</summary>
public sealed class PortfolioFunctions(ManagePortfolios portfolios, GetPortfolio getPortfolio, GetPerformance getPerformance)
{
    [Function("GetPortfolio"), ReadsPortfolio]
    [Describe(
        "Read holdings and totals",
        Detail = "Price and average cost are in the instrument's currency, all else in base currency; cost and P&L are before fees.",
        Parameters = typeof(GetPortfolio.Query),
        Response = typeof(GetPortfolio.Response),
        ETag = true
    )]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await getPortfolio.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<GetPortfolio.Query>(request),
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("GetPerformance"), ReadsPortfolio]
    [Describe(
        "Read returns over a range",
        Detail = "`from` is the close of that day. What is not defined is null, with the reason under `unavailable`.",
        Parameters = typeof(GetPerformance.Query),
        Response = typeof(GetPerformance.Response),
        ETag = true
    )]
    public async Task<IResult> Performance(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/performance")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await getPerformance.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<GetPerformance.Query>(request),
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("ListPortfolios"), ReadsPortfolio]
    [Describe(
        "List portfolios",
        Parameters = typeof(PageRequest),
        Response = typeof(ListPage<ManagePortfolios.Portfolio>)
    )]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolios")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await portfolios.ListAsync(CurrentUser.Of(request.HttpContext), QueryReader.Read<PageRequest>(request), ct));

    [Function("CreatePortfolio"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Create a portfolio",
        Request = typeof(ManagePortfolios.NewPortfolio),
        Response = typeof(ManagePortfolios.Portfolio),
        Status = 201,
        ETag = true
    )]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolios")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (created, etag) = await portfolios.CreateAsync(
            CurrentUser.Of(request.HttpContext),
            await Body.ReadAsync<ManagePortfolios.NewPortfolio>(request, ct),
            ct
        );
        return Answer.Created($"/v1/portfolios/{created.Id}", created).With("ETag", etag);
    }

    [Function("ReadPortfolio"), ReadsPortfolio]
    [Describe("Read a portfolio's settings", Response = typeof(ManagePortfolios.Portfolio), Problems = ["404 not_found"], ETag = true)]
    public async Task<IResult> Read(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolios/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        var (response, etag) = await portfolios.GetAsync(CurrentUser.Of(request.HttpContext), IdOf(id), ct);
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("UpdatePortfolio"), RequireScope("portfolio:write")]
    [Describe(
        "Change a portfolio",
        Detail = "Another cost-basis method derives lots and gains anew; the ledger stays as it is.",
        Request = typeof(ManagePortfolios.PortfolioChange),
        Response = typeof(ManagePortfolios.Portfolio),
        Problems = ["409 conflict", "412 precondition_failed"],
        ETag = true
    )]
    public async Task<IResult> Update(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "portfolios/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        var (response, etag) = await portfolios.UpdateAsync(
            CurrentUser.Of(request.HttpContext),
            IdOf(id),
            await Body.ReadAsync<ManagePortfolios.PortfolioChange>(request, ct),
            request.Headers.IfMatch,
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("DeletePortfolio"), RequireScope("portfolio:write")]
    [Describe("Delete a portfolio and its ledger", Status = 204, Problems = ["412 precondition_failed"])]
    public async Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "portfolios/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await portfolios.DeleteAsync(CurrentUser.Of(request.HttpContext), IdOf(id), request.Headers.IfMatch, ct);
        return Answer.NoContent();
    }

    private static Guid IdOf(string id) => Guid.TryParse(id, out var guid) ? guid : throw Problems.NotFound();
}
