using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Assets;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Privacy;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Functions.Portfolio;

/// <summary>Purchases and sales by holding, and assets and rates of the user's own.</summary>
public sealed class AssetFunctions(AddAsset add, AdjustAsset adjust, ManageInstruments instruments, PutSeries series)
{
    private const int PricesLimit = 10 << 20;

    [Function("AddAsset"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Add a holding",
        Detail = "Books a purchase; `price` defaults to the close of `date`, without a date to the latest price.",
        Parameters = typeof(PortfolioChoice),
        Request = typeof(AddAsset.Request),
        Response = typeof(Transaction),
        Status = 201,
        Problems = ["404 not_found", "412 precondition_failed"],
        ETag = true
    )]
    public async Task<IResult> Add(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/assets")] HttpRequest request,
        CancellationToken ct
    )
    {
        var (transaction, etag) = await add.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<PortfolioChoice>(request),
            await Body.ReadAsync<AddAsset.Request>(request, ct),
            request.Headers.IfMatch,
            ct
        );
        return Answer.Created($"/v1/portfolio/transactions/{transaction.Id}", transaction).With("ETag", etag);
    }

    [Function("AdjustAsset"), RequireScope("portfolio:write")]
    [Describe(
        "Adjust a holding",
        Detail = "Buys or sells the difference to `targetQuantity` at the latest price; `note` and `tags` are shown with the holding.",
        Parameters = typeof(PortfolioChoice),
        Request = typeof(AdjustAsset.Request),
        Response = typeof(AdjustAsset.Response),
        Problems = ["404 not_found", "412 precondition_failed"],
        ETag = true
    )]
    public async Task<IResult> Adjust(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "portfolio/assets/{symbol}")] HttpRequest request,
        string symbol,
        CancellationToken ct
    )
    {
        var (response, etag) = await adjust.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            QueryReader.Read<PortfolioChoice>(request),
            symbol,
            await Body.ReadAsync<AdjustAsset.Request>(request, ct),
            request.Headers.IfMatch,
            ct
        );
        return Answer.Ok(response).With("ETag", etag);
    }

    [Function("CloseAsset"), RequireScope("portfolio:write")]
    [Describe(
        "Close a holding at the latest price",
        Parameters = typeof(PortfolioChoice),
        Status = 204,
        Problems = ["404 not_found", "412 precondition_failed"],
        ETag = true
    )]
    public async Task<IResult> Close(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "portfolio/assets/{symbol}")] HttpRequest request,
        string symbol,
        CancellationToken ct
    ) =>
        Answer
            .NoContent()
            .With(
                "ETag",
                await adjust.CloseAsync(
                    CurrentUser.Of(request.HttpContext),
                    QueryReader.Read<PortfolioChoice>(request),
                    symbol,
                    request.Headers.IfMatch,
                    ct
                )
            );

    [Function("CreateInstrument"), RequireScope("portfolio:write"), Idempotent]
    [Describe(
        "Create an own instrument",
        Detail = "Its symbol starts with `@`; only its owner sees it, in every /portfolio call.",
        Request = typeof(ManageInstruments.Request),
        Response = typeof(ManageInstruments.OwnInstrument),
        Status = 201,
        Problems = ["409 conflict"]
    )]
    public async Task<IResult> CreateInstrument(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "portfolio/instruments")] HttpRequest request,
        CancellationToken ct
    ) =>
        Results.Json(
            await instruments.CreateAsync(
                CurrentUser.Of(request.HttpContext),
                await Body.ReadAsync<ManageInstruments.Request>(request, ct),
                ct
            ),
            Json.Options,
            statusCode: 201
        );

    [Function("ListInstruments"), ReadsPortfolio]
    [Describe(
        "List own instruments",
        Parameters = typeof(PageRequest),
        Response = typeof(ListPage<ManageInstruments.OwnInstrument>)
    )]
    public async Task<IResult> ListInstruments(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "portfolio/instruments")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await instruments.ListAsync(CurrentUser.Of(request.HttpContext), QueryReader.Read<PageRequest>(request), ct));

    [Function("PutPrices"), RequireScope("portfolio:write"), MaxBody(PricesLimit)]
    [Describe(
        "Set prices of an own instrument",
        Detail = "The days given replace those there were; other days stay.",
        Request = typeof(PutSeries.OwnPrices),
        Response = typeof(PutSeries.SeriesSummary),
        Problems = ["404 not_found", "413 payload_too_large"]
    )]
    public async Task<IResult> PutPrices(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "portfolio/instruments/{symbol}/prices")] HttpRequest request,
        string symbol,
        CancellationToken ct
    ) =>
        Answer.Ok(
            await series.PricesAsync(
                CurrentUser.Of(request.HttpContext),
                symbol,
                await Body.ReadAsync<PutSeries.OwnPrices>(request, ct),
                ct
            )
        );

    [Function("PutRates"), RequireScope("portfolio:write"), MaxBody(PricesLimit)]
    [Describe(
        "Set own rates of a currency pair",
        Detail = "`USDCHF` is francs per dollar. From the first day given own rates hold for the pair and its inverse, carried forward, "
            + "in every /portfolio call.",
        Request = typeof(PutSeries.OwnRates),
        Response = typeof(PutSeries.SeriesSummary),
        Problems = ["413 payload_too_large"]
    )]
    public async Task<IResult> PutRates(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "portfolio/rates/{pair}")] HttpRequest request,
        string pair,
        CancellationToken ct
    ) =>
        Answer.Ok(
            await series.RatesAsync(
                CurrentUser.Of(request.HttpContext),
                pair,
                await Body.ReadAsync<PutSeries.OwnRates>(request, ct),
                ct
            )
        );
}
