using AgentInvest.Core.Data;
using AgentInvest.Market.Providers;
using NpgsqlTypes;

namespace AgentInvest.Market.Backfill;

/// <summary>
/// Loads daily history into partitions by binary COPY: all of a symbol the first time or when its source has changed, else what is new. One
/// transaction per symbol, so running it again, or twice at once, changes nothing.
/// </summary>
public sealed class BackfillHistory
{
    private readonly ProviderChain _chain;
    private readonly Db _db;
    private readonly TimeProvider _time;

    internal BackfillHistory(ProviderChain chain, Db db, TimeProvider time) => (_chain, _db, _time) = (chain, db, time);

    /// <summary>Symbols whose stored series is missing, of another version, or behind.</summary>
    public async Task<IReadOnlyList<string>> StaleAsync(CancellationToken ct)
    {
        var yesterday = Yesterday();
        var current = await _db.ListAsync(
            "select symbol, version from market.series where checked >= $1",
            r => (Symbol: r.GetString(0), Version: r.GetString(1)),
            ct,
            yesterday
        );
        var known = current.ToDictionary(c => c.Symbol, c => c.Version);
        return _chain
            .All()
            .Where(x => known.GetValueOrDefault(x.Instrument.Symbol) != x.Provider.Version)
            .Select(x => x.Instrument.Symbol)
            .Order(StringComparer.Ordinal)
            .ToList();
    }

    /// <returns>How many bars were added.</returns>
    public async Task<int> LoadAsync(string symbol, CancellationToken ct)
    {
        if (_chain.Of(symbol) is not { } provider) return 0;
        var yesterday = Yesterday();
        return await _db.InTransactionAsync(
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
                var bars = provider.Daily(symbol, through?.AddDays(1) ?? DateOnly.MinValue, yesterday, _time.GetUtcNow());
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

    private DateOnly Yesterday() => Instants.DayOf(_time.GetUtcNow()).AddDays(-1);
}
