using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Market;
using AgentInvest.Market.History;
using AgentInvest.Market.Quotes;

namespace AgentInvest.Functions.Market;

/// <summary>Quotes, price history and listed instruments: public, cacheable.</summary>
[AllowAnonymous, PublicData]
public sealed class MarketFunctions(GetQuotes quotes, GetHistory history, GetActions actions, GetFxRate fx, SearchInstruments search)
{
    [Function("GetQuote")]
    [Describe("Read the latest quote of a symbol", Response = typeof(Quote), Problems = ["404 not_found"], ETag = true)]
    public IResult Quote(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}")] HttpRequest request,
        string symbol
    ) => ConditionalAnswer.Of(request, quotes.Find(symbol), maxAge: 1);

    [Function("GetQuotes")]
    [Describe("Read many quotes in one call", Parameters = typeof(GetQuotes.Query), Response = typeof(GetQuotes.QuoteBatch), ETag = true)]
    public IResult Quotes([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/quotes")] HttpRequest request) =>
        ConditionalAnswer.Of(request, quotes.FindMany(QueryReader.Read<GetQuotes.Query>(request)), maxAge: 1);

    [Function("GetHistory")]
    [Describe(
        "Read price history",
        Detail = "Open, high, low, close and volume, ascending, in pages of at most 10,000 bars. "
            + "Without `from` and `to`: the last year there is.",
        Parameters = typeof(GetHistory.Query),
        Response = typeof(GetHistory.Response),
        Problems = ["404 not_found"],
        ETag = true
    )]
    public async Task<IResult> History(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/history")] HttpRequest request,
        string symbol,
        CancellationToken ct
    ) => ConditionalAnswer.Of(request, await history.HandleAsync(symbol, QueryReader.Read<GetHistory.Query>(request), ct), maxAge: 60);

    [Function("GetDividends")]
    [Describe("List dividends, newest first", Response = typeof(GetActions.DividendList), ETag = true)]
    public IResult Dividends(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/dividends")] HttpRequest request,
        string symbol
    ) => ConditionalAnswer.Of(request, actions.ListDividends(symbol), maxAge: 60);

    [Function("GetSplits")]
    [Describe("List splits, newest first", Response = typeof(GetActions.SplitList), ETag = true)]
    public IResult Splits(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/{symbol}/splits")] HttpRequest request,
        string symbol
    ) => ConditionalAnswer.Of(request, actions.ListSplits(symbol), maxAge: 60);

    [Function("SearchInstruments")]
    [Describe(
        "Search instruments by symbol and name",
        Parameters = typeof(SearchInstruments.Query),
        Response = typeof(SearchInstruments.Response),
        ETag = true
    )]
    public IResult Search([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/stocks/search")] HttpRequest request) =>
        ConditionalAnswer.Of(request, search.Handle(QueryReader.Read<SearchInstruments.Query>(request)), maxAge: 60);

    [Function("GetIndices")]
    [Describe("Read the stock indices", Response = typeof(GetQuotes.QuoteList), ETag = true)]
    public IResult Indices([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/indices")] HttpRequest request) =>
        ConditionalAnswer.Of(request, quotes.ListIndices(), maxAge: 1);

    [Function("GetTrending")]
    [Describe("List trending stocks, by turnover and price change", Response = typeof(GetQuotes.QuoteList), ETag = true)]
    public IResult Trending([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/trending")] HttpRequest request) =>
        ConditionalAnswer.Of(request, quotes.ListTrending(), maxAge: 1);

    [Function("GetGainers")]
    [Describe("List today's top gainers", Response = typeof(GetQuotes.QuoteList), ETag = true)]
    public IResult Gainers([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/gainers")] HttpRequest request) =>
        ConditionalAnswer.Of(request, quotes.ListGainers(), maxAge: 1);

    [Function("GetLosers")]
    [Describe("List today's top losers", Response = typeof(GetQuotes.QuoteList), ETag = true)]
    public IResult Losers([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/losers")] HttpRequest request) =>
        ConditionalAnswer.Of(request, quotes.ListLosers(), maxAge: 1);

    [Function("GetFxRate")]
    [Describe(
        "Read an exchange rate",
        Detail = "`USDCHF` is Swiss francs per US dollar.",
        Response = typeof(GetFxRate.Response),
        Problems = ["404 not_found"],
        ETag = true
    )]
    public IResult FxRate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "market/fx/{pair}")] HttpRequest request,
        string pair
    ) => ConditionalAnswer.Of(request, fx.Handle(pair), maxAge: 1);
}
