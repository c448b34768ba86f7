using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Market;

namespace AgentInvest.Portfolio.OwnAssets;

/// <summary>The latest price a book counts with, in the instrument's currency, and where it is from.</summary>
internal sealed record AssetQuote(
    string Symbol,
    string Name,
    string Currency,
    decimal Price,
    decimal PreviousClose,
    DateTimeOffset AsOf,
    string Source,
    bool Stale
);

/// <summary>
/// The market as one user's books see it: the providers', and the user's own instruments, prices and rates. An own rate holds from its day
/// on, carried forward, for the pair and its inverse, and for what is crossed over it; before the first own one the market's holds. Series
/// are never mixed otherwise.
/// </summary>
[Singleton]
public sealed class UserMarket(Db db, MarketData market, OwnSeriesCache own, TimeProvider time)
{
    internal const string Source = "own";

    internal async Task<Instrument?> FindAsync(Guid userId, string symbol, CancellationToken ct) =>
        !AssetSymbols.IsOwn(symbol)
            ? await market.FindAsync(symbol, ct)
            : await db.OneAsync(
                "select symbol, name, currency, class from portfolio.instruments where user_id = $1 and symbol = $2",
                r => new Instrument(r.GetString(0), r.GetString(1), "OWN", r.GetString(2), r.GetString(3), null, null),
                ct,
                userId,
                symbol
            );

    internal async Task<IReadOnlyDictionary<string, Instrument>> FindAllAsync(
        Guid userId,
        IReadOnlyCollection<string> symbols,
        CancellationToken ct
    )
    {
        var found = new Dictionary<string, Instrument>(StringComparer.Ordinal);
        foreach (var symbol in symbols.Where(s => !AssetSymbols.IsOwn(s)))
            if (await market.FindAsync(symbol, ct) is { } known) found[symbol] = known;
        if (symbols.Where(AssetSymbols.IsOwn).ToArray() is { Length: > 0 } mine)
            foreach (
                var i in await db.ListAsync(
                    "select symbol, name, currency, class from portfolio.instruments where user_id = $1 and symbol = any($2)",
                    r => new Instrument(r.GetString(0), r.GetString(1), "OWN", r.GetString(2), r.GetString(3), null, null),
                    ct,
                    userId,
                    mine
                )
            )
                found[i.Symbol] = i;
        return found;
    }

    /// <summary>
    /// Closes from <paramref name="from"/> to <paramref name="to"/>, plus the last one before; unknown symbols and those without any price
    /// are absent.
    /// </summary>
    internal async Task<Dictionary<string, DailyCloses>> ClosesAsync(
        Guid userId,
        IReadOnlyCollection<string> symbols,
        DateOnly from,
        DateOnly to,
        CancellationToken ct
    )
    {
        var closes = (await market.ClosesAsync(symbols.Where(s => !AssetSymbols.IsOwn(s)).ToList(), from, to, ct))
            .Where(c => c.Value.Days.Length > 0 && c.Value.Days[0] <= to)
            .ToDictionary(StringComparer.Ordinal);
        if (!symbols.Any(AssetSymbols.IsOwn)) return closes;
        var mine = await own.LoadAsync(userId, ct);
        foreach (var symbol in symbols.Where(AssetSymbols.IsOwn))
            if (mine.Prices.TryGetValue(symbol, out var series) && Cut(series, from, to) is { } cut) closes[symbol] = cut;
        return closes;
    }

    /// <summary>
    /// Like <see cref="ClosesAsync"/> up to today, where the latest price stands for a day without a close yet: a book is worth the same
    /// day by day as it is now.
    /// </summary>
    internal async Task<Dictionary<string, DailyCloses>> PricesUntilNowAsync(
        Guid userId,
        IReadOnlyCollection<string> symbols,
        DateOnly from,
        DateOnly today,
        CancellationToken ct
    )
    {
        var closes = await ClosesAsync(userId, symbols, from, today, ct);
        foreach (
            var (symbol, quote) in await market.QuotesAsync(
                symbols.Where(closes.ContainsKey).Where(s => !AssetSymbols.IsOwn(s)).ToList(),
                ct
            )
        )
            if (
                closes[symbol] is var c
                && quote.Currency == c.Currency
                && Instants.DayOf(quote.AsOf) is var day
                && day <= today
                && (day > c.Days[^1] || day == today)
            )
                closes[symbol] =
                    c.Days[^1] == day
                        ? c with
                        {
                            Prices = [.. c.Prices[..^1], quote.Price],
                        }
                        : c with
                        {
                            Days = [.. c.Days, day],
                            Prices = [.. c.Prices, quote.Price],
                        };
        return closes;
    }

    /// <summary>
    /// Daily rates, <paramref name="quote"/> per unit of <paramref name="currency"/>; null when neither the user nor a source knows the
    /// pair.
    /// </summary>
    internal async Task<DailyCloses?> RatesAsync(
        Guid userId,
        string currency,
        string quote,
        DateOnly from,
        DateOnly to,
        CancellationToken ct
    )
    {
        if (currency == quote) return new DailyCloses(currency + quote, quote, "parity", [from], [1]);
        var mine = await own.LoadAsync(userId, ct);
        if (mine.Rates.Count == 0) return await market.RatesAsync(currency, quote, from, to, ct);
        if (Direct(mine, currency, quote) is { } direct)
            return Spliced(await market.RatesAsync(currency, quote, from, to, ct), direct, from, to);
        // Crossed over the one currency that own rates know both of, or through the dollar.
        var hub = mine.HubOf(currency, quote) ?? "USD";
        if (hub == currency || hub == quote || (Direct(mine, currency, hub) is null && Direct(mine, hub, quote) is null))
            return await market.RatesAsync(currency, quote, from, to, ct);
        if (
            await RatesAsync(userId, currency, hub, from, to, ct) is not { } a
            || await RatesAsync(userId, hub, quote, from, to, ct) is not { } b
        )
            return await market.RatesAsync(currency, quote, from, to, ct);
        var days = a.Days.Union(b.Days).Order().ToArray();
        return new DailyCloses(
            currency + quote,
            quote,
            Source,
            days,
            days.Select(d => Money.Round(a.At(d) * b.At(d))).ToArray()
        );
    }

    /// <summary>The rate of one day; null where none is known.</summary>
    internal async Task<decimal?> RateAsync(Guid userId, string currency, string quote, DateOnly day, CancellationToken ct) =>
        currency == quote ? 1 : await RatesAsync(userId, currency, quote, day, day, ct) is { } rates ? rates.At(day) : null;

    internal async Task<Dictionary<string, AssetQuote>> QuotesAsync(Guid userId, IReadOnlyCollection<string> symbols, CancellationToken ct)
    {
        var quotes = (await market.QuotesAsync(symbols.Where(s => !AssetSymbols.IsOwn(s)).ToList(), ct)).Values.ToDictionary(
            q => q.Symbol,
            q => new AssetQuote(q.Symbol, q.Name, q.Currency, q.Price, q.PreviousClose, q.AsOf, q.Source, q.Stale),
            StringComparer.Ordinal
        );
        var mine = symbols.Where(AssetSymbols.IsOwn).ToList();
        if (mine.Count == 0) return quotes;
        var today = Instants.DayOf(time.GetUtcNow());
        var closes = await ClosesAsync(userId, mine, today.AddDays(-1), today, ct);
        var named = await FindAllAsync(userId, closes.Keys, ct);
        foreach (var (symbol, c) in closes)
        {
            var current = c.Days[^1] == today;
            quotes[symbol] = new AssetQuote(
                symbol,
                named[symbol].Name,
                c.Currency,
                c.Prices[^1],
                current && c.Prices.Length > 1 ? c.Prices[^2] : c.Prices[^1],
                Instants.StartOf(c.Days[^1]),
                Source,
                !current
            );
        }
        return quotes;
    }

    private static DailyCloses? Direct(OwnSeries mine, string from, string to) =>
        mine.Rates.TryGetValue(from + to, out var own) ? own
        : mine.Rates.TryGetValue(to + from, out var inverse)
            ? inverse with
            {
                Symbol = from + to,
                Prices = inverse.Prices.Select(p => Money.Round(1 / p)).ToArray(),
            }
        : null;

    private static DailyCloses Spliced(DailyCloses? market, DailyCloses own, DateOnly from, DateOnly to)
    {
        if (market is null || own.Days[0] <= from) return Cut(own, from, to) ?? own;
        var before = market.Days.TakeWhile(d => d < own.Days[0]).Count();
        var after = own.Days.TakeWhile(d => d <= to).Count();
        return before + after == 0
            ? own
            : own with
            {
                Days = [.. market.Days[..before], .. own.Days[..after]],
                Prices = [.. market.Prices[..before], .. own.Prices[..after]],
            };
    }

    private static DailyCloses? Cut(DailyCloses all, DateOnly from, DateOnly to)
    {
        var end = Array.BinarySearch(all.Days, to) is var e && e >= 0 ? e + 1 : ~e;
        var start = Array.BinarySearch(all.Days, from) is var s && s >= 0 ? s : Math.Max(0, ~s - 1);
        return end <= start ? null : all with { Days = all.Days[start..end], Prices = all.Prices[start..end] };
    }
}
