using AgentInvest.Core.Http;
using AgentInvest.Market.Charts;
using AgentInvest.Market.Indicators;

namespace AgentInvest.Functions.Market;

/// <summary>Technical indicators, of listed symbols and of the caller's own bars.</summary>
public sealed class IndicatorFunctions(ListIndicators list, GetIndicators get, ComputeIndicators compute, GetChart chart)
{
    [Function("ListIndicators"), AllowAnonymous, PublicData]
    [Describe(
        "List the technical indicators",
        Detail = "With aliases, parameters in order, defaults, ranges, outputs and the source of each formula.",
        Response = typeof(ListIndicators.Response),
        ETag = true
    )]
    public IResult List([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/indicators")] HttpRequest request) =>
        ConditionalAnswer.Of(request, list.Handle(), maxAge: 3600);

    [Function("GetIndicators"), AllowAnonymous, PublicData]
    [Describe(
        "Compute indicators of a symbol",
        Detail = "Over exactly the bars that history answers for the same query; values are null while an indicator warms up, so ask "
            + "from earlier on to have them all. Each output is `[{t, value}]`, value a number, true or false, or a word.",
        Parameters = typeof(GetIndicators.Query),
        Response = typeof(IndicatorAnswer),
        Problems = ["404 not_found"],
        ETag = true
    )]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/indicators")] HttpRequest request,
        string symbol,
        CancellationToken ct
    ) => ConditionalAnswer.Of(request, await get.HandleAsync(symbol, QueryReader.Read<GetIndicators.Query>(request), ct), maxAge: 60);

    [Function("GetChart"), AllowAnonymous, PublicData]
    [Describe(
        "Draw a price chart",
        Detail = "Candles, volume and up to 8 indicators as `image/svg+xml`, over the bars that history answers for the same query.",
        Parameters = typeof(GetChart.Query),
        Problems = ["404 not_found"],
        ResponseContent = ["image/svg+xml"],
        ETag = true
    )]
    public async Task<IResult> Chart(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/chart.svg")] HttpRequest request,
        string symbol,
        CancellationToken ct
    ) =>
        ConditionalAnswer.Of(
            request,
            await chart.HandleAsync(symbol, QueryReader.Read<GetChart.Query>(request), ct),
            "image/svg+xml; charset=utf-8",
            maxAge: 60
        );

    [Function("ComputeIndicators"), RequireScope("market:read"), MaxBody(10 << 20)]
    [Describe(
        "Compute indicators of your own bars",
        Detail = "At most 10,000 bars, ascending; `t` is a date for daily bars, an instant within the day.",
        Request = typeof(ComputeIndicators.Request),
        Response = typeof(IndicatorAnswer)
    )]
    public async Task<IResult> Compute(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "market/indicators")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(compute.Handle(await Body.ReadAsync<ComputeIndicators.Request>(request, ct)));
}
