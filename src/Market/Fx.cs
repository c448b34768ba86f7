using AgentInvest.Market.Providers;

namespace AgentInvest.Market;

/// <summary>Rates of any pair of listed currencies, crossed through the dollar where there is no pair of its own.</summary>
internal static class Fx
{
    /// <summary>
    /// Rates of <paramref name="quote"/> per <paramref name="from"/>; the last one before <paramref name="first"/> included.
    /// </summary>
    public static DailyCloses? Rates(ProviderChain chain, string from, string quote, DateOnly first, DateOnly last, DateTimeOffset now)
    {
        if (from == quote) return new DailyCloses(from + quote, quote, "parity", [first], [1]);
        if (Dollars(chain, from, first, last, now) is not { } a || Dollars(chain, quote, first, last, now) is not { } b) return null;
        var days = (a.Days.Length >= b.Days.Length ? a : b).Days;
        return new DailyCloses(from + quote, quote, a.Source, days, days.Select(d => decimal.Round(a.At(d) / b.At(d), 10)).ToArray());
    }

    /// <summary>The rate just now; null when no source knows the pair.</summary>
    public static (decimal Rate, DateTimeOffset AsOf, string Source, bool Stale)? Now(
        ProviderChain chain,
        string from,
        string quote,
        DateTimeOffset now
    )
    {
        (decimal Rate, Quote? Quote)? One(string currency)
        {
            if (currency == "USD") return (1, null);
            if (chain.Of(currency + "USD") is { } direct && direct.QuoteOf(currency + "USD", now) is var d) return (d.Price, d);
            if (chain.Of("USD" + currency) is { } inverse && inverse.QuoteOf("USD" + currency, now) is var i) return (1 / i.Price, i);
            return null;
        }
        if (One(from) is not { } a || One(quote) is not { } b) return null;
        // A cross is as old as its older leg, and as good as its worse one.
        var known = new[] { a.Quote, b.Quote }.OfType<Quote>().MinBy(q => q.AsOf);
        // A pair listed as asked is answered as quoted, without a detour's rounding.
        var rate = chain.Of(from + quote) is { } own ? own.QuoteOf(from + quote, now).Price : decimal.Round(a.Rate / b.Rate, 8);
        return (rate, known?.AsOf ?? now, known?.Source ?? "parity", a.Quote is { Stale: true } || b.Quote is { Stale: true });
    }

    private static DailyCloses? Dollars(ProviderChain chain, string currency, DateOnly first, DateOnly last, DateTimeOffset now)
    {
        if (currency == "USD") return new DailyCloses("USD", "USD", "parity", [first], [1]);
        var (symbol, inverse) = chain.Of(currency + "USD") is not null ? (currency + "USD", false) : ("USD" + currency, true);
        if (chain.Of(symbol) is not { } provider) return null;
        var bars = provider.Daily(symbol, first.AddDays(-14), last, now);
        if (bars.Count == 0)
            bars = provider.Daily(symbol, DateOnly.MinValue, DateOnly.MaxValue, now) is { Count: > 0 } all
                ? [first < all[0].Day ? all[0] : all[^1]]
                : [];
        return bars.Count == 0
            ? null
            : new DailyCloses(
                symbol,
                "USD",
                provider.Source,
                bars.Select(b => b.Day).ToArray(),
                bars.Select(b => inverse ? 1 / b.C : b.C).ToArray()
            );
    }
}
