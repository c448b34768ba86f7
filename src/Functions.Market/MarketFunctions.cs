using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Market;
using AgentInvest.Market.History;
using AgentInvest.Market.Quotes;

namespace AgentInvest.Functions.Market;

/// <summary>Quotes, history and what is listed: public, cacheable.</summary>
[AllowAnonymous, PublicData]
public sealed class MarketFunctions(GetQuotes quotes, GetHistory history, GetActions actions, GetFxRate fx, SearchInstruments search)
{
    [Function("GetQuote")]
    [Describe("Read the latest quote of a symbol", Response = typeof(Quote), Problems = ["404 not_found"])]
    public IResult Quote(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}")] HttpRequest request,
        string symbol
    ) => Conditional.Answer(request, quotes.One(symbol), maxAge: 1);

    [Function("GetQuotes")]
    [Describe(
        "Read many quotes in one call",
        Query = ["symbols: up to 100, separated by commas; unknown ones come back under `missing`"],
        Response = typeof(GetQuotes.Batch)
    )]
    public IResult Quotes([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/quotes")] HttpRequest request) =>
        Conditional.Answer(request, quotes.Many(Query.Text(request, "symbols")), maxAge: 1);

    [Function("GetHistory")]
    [Describe(
        "Read price history",
        Detail = "Adjusted prices are back-adjusted for splits and dividends, volume for splits. At most 10,000 bars an answer.",
        Query = [
            "from: a date or an instant",
            "to: a date or an instant",
            "interval: 1m, 5m, 15m, 1h, 1d (default), 1w or 1mo",
            "adjusted: true (default) or false",
            "cursor: `nextCursor` of the page before",
        ],
        Response = typeof(GetHistory.Response),
        Problems = ["404 not_found"]
    )]
    public async Task<IResult> History(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/history")] HttpRequest request,
        string symbol,
        CancellationToken ct
    ) => Conditional.Answer(request, await history.HandleAsync(symbol, request, ct), maxAge: 60);

    [Function("GetDividends")]
    [Describe("List dividends, newest first", Response = typeof(GetActions.Response<GetActions.Dividend>))]
    public IResult Dividends(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/dividends")] HttpRequest request,
        string symbol
    ) => Conditional.Answer(request, actions.Dividends(symbol), maxAge: 60);

    [Function("GetSplits")]
    [Describe("List splits, newest first", Response = typeof(GetActions.Response<GetActions.Split>))]
    public IResult Splits(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/splits")] HttpRequest request,
        string symbol
    ) => Conditional.Answer(request, actions.Splits(symbol), maxAge: 60);

    [Function("SearchInstruments")]
    [Describe(
        "Search by symbol and name",
        Query = ["q: what to look for; a typo is forgiven"],
        Response = typeof(SearchInstruments.Response)
    )]
    public IResult Search([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/search")] HttpRequest request) =>
        Conditional.Answer(request, search.Handle(Query.Text(request, "q")), maxAge: 60);

    [Function("GetIndices")]
    [Describe("Read the indices", Response = typeof(GetQuotes.Listing))]
    public IResult Indices([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/indices")] HttpRequest request) =>
        Conditional.Answer(request, quotes.Indices(), maxAge: 1);

    [Function("GetTrending")]
    [Describe("List what moves most money", Response = typeof(GetQuotes.Listing))]
    public IResult Trending([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/trending")] HttpRequest request) =>
        Conditional.Answer(request, quotes.Trending(), maxAge: 1);

    [Function("GetGainers")]
    [Describe("List what has risen most today", Response = typeof(GetQuotes.Listing))]
    public IResult Gainers([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/gainers")] HttpRequest request) =>
        Conditional.Answer(request, quotes.Gainers(), maxAge: 1);

    [Function("GetLosers")]
    [Describe("List what has fallen most today", Response = typeof(GetQuotes.Listing))]
    public IResult Losers([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/losers")] HttpRequest request) =>
        Conditional.Answer(request, quotes.Losers(), maxAge: 1);

    [Function("GetFxRate")]
    [Describe(
        "Read an exchange rate",
        Detail = "`USDCHF` is francs per dollar.",
        Response = typeof(GetFxRate.Response),
        Problems = ["404 not_found"]
    )]
    public IResult FxRate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/fx/{pair}")] HttpRequest request,
        string pair
    ) => Conditional.Answer(request, fx.Handle(pair), maxAge: 1);
}
