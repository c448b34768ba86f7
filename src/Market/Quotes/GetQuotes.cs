using System.ComponentModel;
using AgentInvest.Core.Http;
using AgentInvest.Core;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Quotes;

/// <summary>
/// GET /market/stocks/{symbol}, /market/quotes, /market/indices and the lists of movers: the latest quotes, straight from memory.
/// </summary>
[Singleton]
public sealed class GetQuotes(ProviderChain chain, TimeProvider time)
{
    private const int MaxSymbols = 100;
    private const int ListLength = 20;

    public sealed record Query([Description("Up to 100; unknown ones come back under `missing`."), Example("AAPL,MSFT")] string[] Symbols);

    public sealed record QuoteBatch(IReadOnlyList<Quote> Items, IReadOnlyList<string> Missing);

    /// <param name="AsOf">Of the latest quote.</param>
    public sealed record QuoteList(IReadOnlyList<Quote> Items, DateTimeOffset AsOf);

    public Quote Find(string symbol)
    {
        var name = Symbols.Parse(symbol);
        return (chain.Of(name) ?? throw MarketProblems.UnknownSymbol(name)).QuoteOf(name, time.GetUtcNow());
    }

    public QuoteBatch FindMany(Query query)
    {
        var names = Symbols.ParseList(query.Symbols, MaxSymbols);
        var now = time.GetUtcNow();
        return new QuoteBatch(
            names.Select(n => chain.Of(n)?.QuoteOf(n, now)).OfType<Quote>().ToList(),
            names.Where(n => chain.Of(n) is null).ToList()
        );
    }

    public QuoteList ListIndices() => ListOf(i => i.Type == "index", q => q.OrderBy(x => x.Symbol, StringComparer.Ordinal));
    public QuoteList ListGainers() => ListOf(IsShare, q => q.Where(x => x.ChangePercent > 0).OrderByDescending(x => x.ChangePercent));
    public QuoteList ListLosers() => ListOf(IsShare, q => q.Where(x => x.ChangePercent < 0).OrderBy(x => x.ChangePercent));

    /// <summary>By money turned over, weighted by how far the price has moved.</summary>
    public QuoteList ListTrending() => ListOf(IsShare, q => q.OrderByDescending(x => x.Price * x.Volume * (1 + Math.Abs(x.ChangePercent))));

    private static bool IsShare(Instrument i) => i.Type is "equity" or "etf";

    private QuoteList ListOf(Func<Instrument, bool> which, Func<IEnumerable<Quote>, IEnumerable<Quote>> order)
    {
        var now = time.GetUtcNow();
        var quotes = chain.All().Where(x => which(x.Instrument)).Select(x => x.Provider.QuoteOf(x.Instrument.Symbol, now)).ToList();
        return new QuoteList(order(quotes).ThenBySymbol().Take(ListLength).ToList(), quotes.Count > 0 ? quotes.Max(q => q.AsOf) : now);
    }
}

file static class Ordering
{
    /// <summary>Ties in a fixed order, so that a list is stable.</summary>
    public static IEnumerable<Quote> ThenBySymbol(this IEnumerable<Quote> quotes) =>
        quotes is IOrderedEnumerable<Quote> ordered ? ordered.ThenBy(q => q.Symbol, StringComparer.Ordinal) : quotes;
}
