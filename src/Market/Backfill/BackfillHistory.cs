using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Market.Providers;
using NpgsqlTypes;

namespace AgentInvest.Market.Backfill;

/// <summary>
/// Loads daily history into partitions by binary COPY: all of a symbol the first time or when its source has changed, else what is new. One
/// transaction per symbol, so running it again, or twice at once, changes nothing.
/// </summary>
[Singleton]
public sealed class BackfillHistory(ProviderChain chain, Db db, TimeProvider time)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromHours(1);
    private DateTimeOffset _currentUntil;

    /// <summary>
    /// Whether any series is stale. Cheap enough for a timer of seconds: once nothing was found it is looked for again in the next hour
    /// only, or on the next day.
    /// </summary>
    public async Task<bool> IsDueAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (now < _currentUntil) return false;
        if ((await FindStaleAsync(ct)).Count > 0) return true;
        var nextDay = Instants.StartOf(Instants.DayOf(now).AddDays(1));
        _currentUntil = now + CheckInterval < nextDay ? now + CheckInterval : nextDay;
        return false;
    }

    /// <summary>Symbols whose stored series is missing, of another version, or behind.</summary>
    public async Task<IReadOnlyList<string>> FindStaleAsync(CancellationToken ct)
    {
        var yesterday = Yesterday();
        var current = await db.ListAsync(
            "select symbol, version from market.series where checked >= $1",
            r => (Symbol: r.GetString(0), Version: r.GetString(1)),
            ct,
            yesterday
        );
        var known = current.ToDictionary(c => c.Symbol, c => c.Version);
        return chain
            .All()
            .Where(x => known.GetValueOrDefault(x.Instrument.Symbol) != x.Provider.Version)
            .Select(x => x.Instrument.Symbol)
            .Order(StringComparer.Ordinal)
            .ToList();
    }

    /// <returns>How many bars were added.</returns>
    public async Task<int> LoadAsync(string symbol, CancellationToken ct)
    {
        if (chain.Of(symbol) is not { } provider) return 0;
        var yesterday = Yesterday();
        return await db.InTransactionAsync(
            async tx =>
            {
                await tx.ExecuteAsync(
                    "insert into market.series (symbol, version, checked) values ($1, '', '-infinity') on conflict do nothing",
                    ct,
                    symbol
                );
                var version = await tx.OneAsync(
                    "select version from market.series where symbol = $1 for update",
                    r => r.GetString(0),
                    ct,
                    symbol
                );
                if (version != provider.Version)
                    await tx.ExecuteAsync("delete from market.bars_daily where symbol = $1", ct, symbol);
                var through = await tx.OneAsync(
                    "select max(day) from market.bars_daily where symbol = $1",
                    r => r.Nullable<DateOnly>(0),
                    ct,
                    symbol
                );
                var bars = provider.Daily(symbol, through?.AddDays(1) ?? DateOnly.MinValue, yesterday, time.GetUtcNow());
                await using (
                    var copy = await tx.Connection.BeginBinaryImportAsync(
                        "copy market.bars_daily (symbol, day, open, high, low, close, volume) from stdin (format binary)",
                        ct
                    )
                )
                {
                    foreach (var bar in bars)
                    {
                        await copy.StartRowAsync(ct);
                        await copy.WriteAsync(symbol, NpgsqlDbType.Text, ct);
                        await copy.WriteAsync(bar.Day, NpgsqlDbType.Date, ct);
                        foreach (var value in new[] { bar.O, bar.H, bar.L, bar.C, bar.V })
                            await copy.WriteAsync(value, NpgsqlDbType.Numeric, ct);
                    }
                    await copy.CompleteAsync(ct);
                }
                await tx.ExecuteAsync(
                    "update market.series set version = $2, source = $3, checked = $4 where symbol = $1",
                    ct,
                    symbol,
                    provider.Version,
                    provider.Source,
                    yesterday
                );
                return bars.Count;
            },
            ct
        );
    }

    private DateOnly Yesterday() => Instants.DayOf(time.GetUtcNow()).AddDays(-1);
}
