using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Market;
using Microsoft.Extensions.Caching.Memory;

namespace AgentInvest.Portfolio.OwnAssets;

/// <summary>All own prices by symbol and rates by pair, ascending by day.</summary>
internal sealed record OwnSeries(IReadOnlyDictionary<string, DailyCloses> Prices, IReadOnlyDictionary<string, DailyCloses> Rates)
{
    public static readonly OwnSeries Empty = new(new Dictionary<string, DailyCloses>(), new Dictionary<string, DailyCloses>());

    /// <summary>A currency that own rates tie to both; null for none.</summary>
    public string? HubOf(string a, string b) => Partners(a).Intersect(Partners(b)).Order(StringComparer.Ordinal).FirstOrDefault();

    private IEnumerable<string> Partners(string currency) =>
        Rates
            .Keys.Where(p => p.StartsWith(currency, StringComparison.Ordinal) || p.EndsWith(currency, StringComparison.Ordinal))
            .Select(p => p.StartsWith(currency, StringComparison.Ordinal) ? p[3..] : p[..3]);
}

/// <summary>
/// Own prices and rates in memory, keyed by their version, so that a host never serves what another has changed; bounded by the number of
/// prices held.
/// </summary>
[Singleton]
public sealed class OwnSeriesCache(Db db) : IDisposable
{
    private const long MaxPrices = 5_000_000;
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxPrices });

    internal Task<long> VersionAsync(Guid userId, CancellationToken ct) =>
        db.OneAsync("select version from portfolio.own_data where user_id = $1", r => r.GetInt64(0), ct, userId);

    internal async Task<OwnSeries> LoadAsync(Guid userId, CancellationToken ct)
    {
        var version = await VersionAsync(userId, ct);
        if (version == 0) return OwnSeries.Empty;
        if (_cache.TryGetValue((userId, version), out OwnSeries? known)) return known!;
        var prices = await db.ListAsync(
            """
            select p.symbol, i.currency, array_agg(p.day order by p.day), array_agg(p.price order by p.day)
            from portfolio.prices p join portfolio.instruments i on i.user_id = p.user_id and i.symbol = p.symbol
            where p.user_id = $1 group by p.symbol, i.currency
            """,
            r => new DailyCloses(
                r.GetString(0),
                r.GetString(1),
                UserMarket.Source,
                r.GetFieldValue<DateOnly[]>(2),
                r.GetFieldValue<decimal[]>(3)
            ),
            ct,
            userId
        );
        var rates = await db.ListAsync(
            """
            select pair, array_agg(day order by day), array_agg(rate order by day)
            from portfolio.rates where user_id = $1 group by pair
            """,
            r => new DailyCloses(
                r.GetString(0),
                r.GetString(0)[3..],
                UserMarket.Source,
                r.GetFieldValue<DateOnly[]>(1),
                r.GetFieldValue<decimal[]>(2)
            ),
            ct,
            userId
        );
        var series = new OwnSeries(
            prices.ToDictionary(p => p.Symbol, StringComparer.Ordinal),
            rates.ToDictionary(p => p.Symbol, StringComparer.Ordinal)
        );
        _cache.Set(
            (userId, version),
            series,
            new MemoryCacheEntryOptions
            {
                Size = 1 + prices.Sum(p => (long)p.Days.Length) + rates.Sum(p => (long)p.Days.Length),
                SlidingExpiration = TimeSpan.FromMinutes(10),
            }
        );
        return series;
    }

    public void Dispose() => _cache.Dispose();
}
