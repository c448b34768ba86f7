using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Income;
using AgentInvest.Portfolio.Tax;

namespace AgentInvest.Functions.Portfolio;

/// <summary>The books from the tax's, the income's and the allocation's side.</summary>
public sealed class ReportFunctions(GetLots lots, GetRealized realized, GetAllocation allocation, GetDividends dividends)
{
    [Function("GetLots"), RequireScope("portfolio:read")]
    [Describe(
        "Read the lots",
        Detail = "Open and closed ones; `cost` is of what remains, fees inside, in base currency.",
        Query = [
            "portfolioId: default: the default portfolio",
            "symbol: only this one",
            "regime: us adds what wash sales moved to a lot, uk answers section 104 pools",
            "limit: 1 to 200; default: all",
            "cursor: `nextCursor` of the page before",
        ],
        Response = typeof(ListPage<GetLots.Item>)
    )]
    public async Task<IResult> Lots(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/lots")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await lots.HandleAsync(CurrentUser.Of(request.HttpContext), Query.Id(request, "portfolioId"), request, ct);
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("GetRealized"), RequireScope("portfolio:read")]
    [Describe(
        "Read realised gains",
        Detail = "Fees inside cost and proceeds, in base currency. us: the portfolio's own lots, wash sales; uk: same day, 30 days, section 104 pool.",
        Query = [
            "portfolioId: default: the default portfolio",
            "year: by day of sale; default: all",
            "regime: us (default) or uk",
            "symbol: only this one",
        ],
        Response = typeof(GetRealized.Response)
    )]
    public async Task<IResult> Realized(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/realized")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await realized.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            Query.Id(request, "portfolioId"),
            request,
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("GetAllocation"), RequireScope("portfolio:read")]
    [Describe(
        "Read the allocation",
        Detail = "Holdings and cash together; weights add up to 1.",
        Query = ["portfolioId: default: the default portfolio", "by: asset (default), sector, class, currency or country"],
        Response = typeof(GetAllocation.Response)
    )]
    public async Task<IResult> Allocation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/allocation")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await allocation.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            Query.Id(request, "portfolioId"),
            Query.Text(request, "by"),
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("GetPortfolioDividends"), RequireScope("portfolio:read")]
    [Describe(
        "Read dividends",
        Query = [
            "portfolioId: default: the default portfolio",
            "year: only what was paid in it",
            "symbol: only this one",
            "forecast: true adds the next twelve months",
        ],
        Response = typeof(GetDividends.Response)
    )]
    public async Task<IResult> Dividends(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/dividends")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (response, etag) = await dividends.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            Query.Id(request, "portfolioId"),
            request,
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }
}
