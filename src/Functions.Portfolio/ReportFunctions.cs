using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Income;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;
using AgentInvest.Portfolio.Tax;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Lots, realised gains, dividends and allocation.</summary>
public sealed class ReportFunctions(GetLots lots, GetRealized realized, GetAllocation allocation, GetDividends dividends)
{
    [Function("GetLots"), ReadsPortfolio]
    [Describe(
        "Read the lots",
        Detail = "Open and closed ones; `cost` is of what remains, fees inside, in base currency.",
        Parameters = typeof(GetLots.Query),
        Response = typeof(ListPage<GetLots.Lot>),
        ETag = true
    )]
    public async Task<IResult> Lots(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/lots")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await lots.HandleAsync(CurrentUser.Of(request.HttpContext), QueryReader.Read<GetLots.Query>(request), ct);
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("GetRealized"), ReadsPortfolio]
    [Describe(
        "Read realised gains",
        Detail = "Fees inside cost and proceeds, in base currency. us: the portfolio's own lots, wash sales; uk: same day, 30 days, "
            + "section 104 pool.",
        Parameters = typeof(GetRealized.Query),
        Response = typeof(GetRealized.Response),
        ETag = true
    )]
    public async Task<IResult> Realized(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/realized")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await realized.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<GetRealized.Query>(request),
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("GetAllocation"), ReadsPortfolio]
    [Describe(
        "Read the allocation",
        Detail = "Holdings and cash together; weights add up to 1.",
        Parameters = typeof(GetAllocation.Query),
        Response = typeof(GetAllocation.Response),
        ETag = true
    )]
    public async Task<IResult> Allocation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/allocation")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await allocation.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<GetAllocation.Query>(request),
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("GetPortfolioDividends"), ReadsPortfolio]
    [Describe("Read dividends", Parameters = typeof(GetDividends.Query), Response = typeof(GetDividends.Response), ETag = true)]
    public async Task<IResult> Dividends(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/dividends")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await dividends.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<GetDividends.Query>(request),
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }
}
