using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.History;

/// <summary>
/// All daily bars of a symbol up to yesterday. They come from the stored series by one index scan once the backfill has loaded it, before
/// that straight from the provider: never an empty or partial series, and the same one from either.
/// </summary>
[Singleton]
public sealed class DailyBars(Db db, Cache cache, TimeProvider time)
{
    /// <summary>What a provider's version says up to a day never changes; it is dropped to bound the memory it takes.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Ascending; back-adjusted, if asked for, for splits and dividends effective up to today.</summary>
    internal async ValueTask<IReadOnlyList<Bar>> OfAsync(IMarketProvider provider, string symbol, bool adjusted, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var today = Instants.DayOf(now);
        return await cache.GetAsync(
            "daily-bars",
            $"{symbol}/{provider.Version}/{today:yyyy-MM-dd}/{(adjusted ? "adjusted" : "raw")}",
            Lifetime,
            async token =>
            {
                var bars =
                    await StoredAsync(provider, symbol, today.AddDays(-1), token)
                    ?? provider.Daily(symbol, DateOnly.MinValue, DateOnly.MaxValue, now);
                return adjusted ? BarMath.Adjust(bars, provider.Actions(symbol, now).Select(a => a.ToAdjustment())) : bars.ToArray();
            },
            ct
        );
    }

    /// <summary>Null until the backfill has loaded this version through that day.</summary>
    private async Task<IReadOnlyList<Bar>?> StoredAsync(IMarketProvider provider, string symbol, DateOnly through, CancellationToken ct)
    {
        var isLoaded = await db.OneAsync(
            "select version = $2 and checked >= $3 from market.series where symbol = $1",
            r => r.GetBoolean(0),
            ct,
            symbol,
            provider.Version,
            through
        );
        // From the primary: what a replica does not have yet must not be kept.
        return !isLoaded
            ? null
            : await db.ListAsync(
                "select day, open, high, low, close, volume from market.bars_daily where symbol = $1 order by day",
                r => new Bar(
                    Instants.StartOf(r.Day(0)),
                    r.GetDecimal(1),
                    r.GetDecimal(2),
                    r.GetDecimal(3),
                    r.GetDecimal(4),
                    r.GetDecimal(5)
                ),
                ct,
                symbol
            );
    }
}
