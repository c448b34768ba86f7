using AgentInvest.Core.Http;
using AgentInvest.Market.History;
using AgentInvest.Market.Patterns;

namespace AgentInvest.Functions.Market;

/// <summary>Patterns in the bars of listed symbols and in the caller's own.</summary>
public sealed class PatternFunctions(GetPatterns get, ComputePatterns compute)
{
    private const string Patterns =
        "The 61 candlestick patterns of TA-Lib 0.4 with its default settings, by its names (`CDLENGULFING`): `strength` is 100 bullish, "
        + "-100 bearish, ±200 where a hikkake is confirmed. Each is at the bar that completes it and judged by its candles alone, whatever "
        + "the trend. Most need 10 to 14 bars before it";

    [Function("GetPatterns"), AllowAnonymous, PublicData]
    [Describe(
        "Find patterns in a symbol's bars",
        Detail = Patterns + ", so ask from earlier on to have them all. Over exactly the bars that history answers for the same query.",
        Parameters = typeof(GetHistory.Query),
        Response = typeof(PatternAnswer),
        Problems = ["404 not_found"],
        ETag = true
    )]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/patterns")] HttpRequest request,
        string symbol,
        CancellationToken ct
    ) => ConditionalAnswer.Of(request, await get.HandleAsync(symbol, QueryReader.Read<GetHistory.Query>(request), ct), maxAge: 60);

    [Function("ComputePatterns"), RequireScope("market:read"), MaxBody(10 << 20)]
    [Describe(
        "Find patterns in your own bars",
        Detail = Patterns + ". At most 10,000 bars, ascending; `t` is a date for daily bars, an instant within the day.",
        Request = typeof(ComputePatterns.Request),
        Response = typeof(PatternAnswer)
    )]
    public async Task<IResult> Compute(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "market/patterns")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(compute.Handle(await Body.ReadAsync<ComputePatterns.Request>(request, ct)));
}
