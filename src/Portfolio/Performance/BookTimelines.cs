using System.Collections.Concurrent;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Performance;
using AgentInvest.Market;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using Microsoft.Extensions.Caching.Memory;

namespace AgentInvest.Portfolio.Performance;

/// <summary>
/// The daily values of books up to today, kept in memory. What changes, a booking, a price or a new day, is computed again from its
/// day on only; prices are looked at anew every minute. Derived: another host, or this one after a restart, works it out again.
/// </summary>
[Singleton]
public sealed class BookTimelines(UserMarket market, OwnSeriesCache own, TimeProvider time) : IDisposable
{
    /// <summary>In holdings × months, about 300 bytes each.</summary>
    private const long MaxSize = 400_000;
    private static readonly TimeSpan PriceLifetime = TimeSpan.FromMinutes(1);
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxSize });
    private readonly SemaphoreSlim[] _gates = Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1)).ToArray();

    private const int MaxRanges = 20;

    private sealed record Kept(LoadedBook Book, MarketHistory Market, BookTimeline Timeline, long OwnVersion, DateTimeOffset At)
    {
        /// <summary>Performance over the ranges asked for so far.</summary>
        public ConcurrentDictionary<(DateOnly From, DateOnly To), PerformanceResult> Ranges { get; } = [];
    }

    internal async Task<PerformanceResult> PerformanceAsync(LoadedBook book, DateOnly from, DateOnly to, CancellationToken ct)
    {
        var kept = await OfAsync(book, ct);
        if (kept.Ranges.TryGetValue((from, to), out var known)) return known;
        var result = kept.Timeline.Performance(from, to);
        if (kept.Ranges.Count < MaxRanges) kept.Ranges[(from, to)] = result;
        return result;
    }

    private async Task<Kept> OfAsync(LoadedBook book, CancellationToken ct)
    {
        // One computation of a book at a time: the second caller finds what the first has made.
        var gate = _gates[(uint)book.Portfolio.Id.GetHashCode() % _gates.Length];
        await gate.WaitAsync(ct);
        try
        {
            var (now, version) = (time.GetUtcNow(), await own.VersionAsync(book.Portfolio.UserId, ct));
            var today = Instants.DayOf(now);
            var kept = _cache.Get<Kept>(book.Portfolio.Id);
            var fresh = kept is not null && kept.OwnVersion == version && now - kept.At < PriceLifetime && kept.Timeline.End == today;
            if (fresh && ReferenceEquals(kept!.Book, book)) return kept;
            var history =
                fresh
                && book.Current.Positions.Count == kept!.Book.Current.Positions.Count
                && book.Current.Positions.Keys.All(kept.Book.Current.Positions.ContainsKey)
                && SameCurrencies(book, kept.Book)
                    ? kept.Market
                    : await HistoryAsync(book, today, ct);
            var timeline =
                kept is null
                || kept.Book.Portfolio.CostBasisMethod != book.Portfolio.CostBasisMethod
                || kept.Book.Portfolio.BaseCurrency != book.Portfolio.BaseCurrency
                || kept.Timeline.End > today
                    ? BookTimeline.Compute(book.Entries, history, book.Portfolio.CostBasisMethod, today, book.Portfolio.BaseCurrency)
                    : kept.Timeline.Changed(
                        book.Entries,
                        history,
                        Earlier(FirstDifference(kept.Book.Entries, book.Entries), FirstDifference(kept.Market, history)),
                        today
                    );
            return _cache.Set(
                book.Portfolio.Id,
                new Kept(book, history, timeline, version, now),
                new MemoryCacheEntryOptions
                {
                    Size =
                        10
                        + (timeline.End.DayNumber - timeline.Begin.DayNumber) / 30L * (1 + book.Current.Positions.Count)
                        + history.Prices.Values.Sum(p => p.Days.Length) / 10,
                    SlidingExpiration = TimeSpan.FromMinutes(10),
                }
            );
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Raw closes, and today's latest prices, of all that was ever held and rates of all currencies the books know, from their first day
    /// on.
    /// </summary>
    private async Task<MarketHistory> HistoryAsync(LoadedBook book, DateOnly today, CancellationToken ct)
    {
        var (user, currency) = (book.Portfolio.UserId, book.Portfolio.BaseCurrency);
        var from = book.Entries.Count == 0 ? today : book.Entries[0].Day;
        var closes = await market.PricesUntilNowAsync(user, book.Current.Positions.Keys.ToList(), from, today, ct);
        var rates = new Dictionary<string, PriceHistory>(StringComparer.Ordinal);
        foreach (
            var foreign in closes
                .Values.Select(c => c.Currency)
                .Concat(book.Entries.Select(e => e.Currency))
                .Distinct()
                .Where(c => c != currency)
        )
            if (await market.RatesAsync(user, foreign, currency, from.AddDays(-1), today, ct) is { } known)
                rates[foreign] = Reaching(known, from.AddDays(-1));
        return new MarketHistory(
            closes.ToDictionary(c => c.Key, c => new PriceHistory(c.Value.Days, c.Value.Prices, c.Value.Currency), StringComparer.Ordinal),
            rates
        );
    }

    /// <summary>Before the first rate known the first stands, as it does for bookings.</summary>
    private static PriceHistory Reaching(DailyCloses rates, DateOnly from) =>
        rates.Days[0] <= from
            ? new PriceHistory(rates.Days, rates.Prices)
            : new PriceHistory([from, .. rates.Days], [rates.Prices[0], .. rates.Prices]);

    private static bool SameCurrencies(LoadedBook a, LoadedBook b) =>
        a.Entries.Select(e => e.Currency).ToHashSet().SetEquals(b.Entries.Select(e => e.Currency));

    private static DateOnly FirstDifference(IReadOnlyList<LedgerEntry> a, IReadOnlyList<LedgerEntry> b)
    {
        var i = 0;
        // Records compare lists by reference, so lot ids are compared by themselves.
        while (
            i < a.Count
            && i < b.Count
            && (a[i] with { LotIds = null }) == (b[i] with { LotIds = null })
            && (a[i].LotIds ?? []).SequenceEqual(b[i].LotIds ?? [])
        )
            i++;
        if (i == a.Count && i == b.Count) return DateOnly.MaxValue;
        return Earlier(i < a.Count ? a[i].Day : DateOnly.MaxValue, i < b.Count ? b[i].Day : DateOnly.MaxValue);
    }

    private static DateOnly FirstDifference(MarketHistory a, MarketHistory b) =>
        ReferenceEquals(a, b) ? DateOnly.MaxValue : Earlier(FirstDifference(a.Prices, b.Prices), FirstDifference(a.Rates, b.Rates));

    private static DateOnly FirstDifference(IReadOnlyDictionary<string, PriceHistory> a, IReadOnlyDictionary<string, PriceHistory> b)
    {
        var first = DateOnly.MaxValue;
        foreach (var key in a.Keys.Union(b.Keys))
        {
            var (x, y) = (a.GetValueOrDefault(key), b.GetValueOrDefault(key));
            if (x is null || y is null || x.Currency != y.Currency) first = Earlier(first, (x ?? y)!.Days[0]);
            else first = Earlier(first, FirstDifference(x, y));
        }
        return first;
    }

    private static DateOnly FirstDifference(PriceHistory x, PriceHistory y)
    {
        var days = x.Days.AsSpan().CommonPrefixLength(y.Days);
        var prices = x.Prices.AsSpan().CommonPrefixLength(y.Prices);
        var same = Math.Min(days, prices);
        return Earlier(same < x.Days.Length ? x.Days[same] : DateOnly.MaxValue, same < y.Days.Length ? y.Days[same] : DateOnly.MaxValue);
    }

    private static DateOnly Earlier(DateOnly a, DateOnly b) => a < b ? a : b;

    public void Dispose()
    {
        _cache.Dispose();
        foreach (var gate in _gates) gate.Dispose();
    }
}
