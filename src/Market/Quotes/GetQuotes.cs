using AgentInvest.Core.Data;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Quotes;

/// <summary>
/// GET /market/stocks/{symbol}, /market/quotes, /market/indices and the lists of movers: the latest quotes, straight from memory.
/// </summary>
public sealed class GetQuotes
{
    private const int ListLength = 20;
    private readonly ProviderChain _chain;
    private readonly TimeProvider _time;

    internal GetQuotes(ProviderChain chain, TimeProvider time) => (_chain, _time) = (chain, time);

    public sealed record Batch(IReadOnlyList<Quote> Items, IReadOnlyList<string> Missing);
    public sealed record Listing(IReadOnlyList<Quote> Items, DateTimeOffset AsOf);

    public Quote One(string symbol)
    {
        var name = Symbols.Parse(symbol);
        return (_chain.Of(name) ?? throw MarketProblems.UnknownSymbol(name)).QuoteOf(name, _time.GetUtcNow());
    }

    public Batch Many(string? symbols)
    {
        var names = Symbols.ParseList(symbols, 100);
        var now = _time.GetUtcNow();
        return new Batch(
            names.Select(n => _chain.Of(n)?.QuoteOf(n, now)).OfType<Quote>().ToList(),
            names.Where(n => _chain.Of(n) is null).ToList()
        );
    }

    public Listing Indices() => List(i => i.Type == "index", q => q.OrderBy(x => x.Symbol, StringComparer.Ordinal));
    public Listing Gainers() => List(IsShare, q => q.Where(x => x.ChangePercent > 0).OrderByDescending(x => x.ChangePercent));
    public Listing Losers() => List(IsShare, q => q.Where(x => x.ChangePercent < 0).OrderBy(x => x.ChangePercent));

    /// <summary>By money turned over, weighted by how far the price has moved.</summary>
    public Listing Trending() => List(IsShare, q => q.OrderByDescending(x => x.Price * x.Volume * (1 + Math.Abs(x.ChangePercent))));

    private static bool IsShare(Instrument i) => i.Type is "equity" or "etf";

    private Listing List(Func<Instrument, bool> which, Func<IEnumerable<Quote>, IEnumerable<Quote>> order)
    {
        var now = _time.GetUtcNow();
        var quotes = _chain.All().Where(x => which(x.Instrument)).Select(x => x.Provider.QuoteOf(x.Instrument.Symbol, now)).ToList();
        return new Listing(order(quotes).ThenBySymbol().Take(ListLength).ToList(), quotes.Count > 0 ? quotes.Max(q => q.AsOf) : now);
    }
}

file static class Ordering
{
    /// <summary>Ties in a fixed order, so that a list is stable.</summary>
    public static IEnumerable<Quote> ThenBySymbol(this IEnumerable<Quote> quotes) =>
        quotes is IOrderedEnumerable<Quote> ordered ? ordered.ThenBy(q => q.Symbol, StringComparer.Ordinal) : quotes;
}
