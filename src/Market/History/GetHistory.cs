using System.Globalization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.Providers;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Market.History;

/// <summary>
/// GET /market/stocks/{symbol}/history. Days come from the stored series by one index scan once the backfill has loaded it, before that
/// straight from the provider: never an empty or partial answer.
/// </summary>
public sealed class GetHistory
{
    private const int Most = 10_000;
    private static readonly Dictionary<string, TimeSpan> Intraday = new()
    {
        ["1m"] = TimeSpan.FromMinutes(1),
        ["5m"] = TimeSpan.FromMinutes(5),
        ["15m"] = TimeSpan.FromMinutes(15),
        ["1h"] = TimeSpan.FromHours(1),
    };
    private readonly ProviderChain _chain;
    private readonly Db _db;
    private readonly TimeProvider _time;

    internal GetHistory(ProviderChain chain, Db db, TimeProvider time) => (_chain, _db, _time) = (chain, db, time);

    /// <param name="T">A date for daily and longer bars, an instant within the day.</param>
    public sealed record BarItem(string T, decimal O, decimal H, decimal L, decimal C, decimal V);
    public sealed record Response(
        string Symbol,
        string Interval,
        string Currency,
        string Source,
        IReadOnlyList<BarItem> Bars,
        string? NextCursor
    );

    public async Task<Response> HandleAsync(string symbol, HttpRequest request, CancellationToken ct)
    {
        var name = Symbols.Parse(symbol);
        var interval = Query.Text(request, "interval") ?? "1d";
        var daily = interval is "1d" or "1w" or "1mo";
        if (!daily && !Intraday.ContainsKey(interval)) throw Problems.Validation("interval", "must be one of 1m, 5m, 15m, 1h, 1d, 1w, 1mo");
        var adjusted = Query.Flag(request, "adjusted", fallback: true);
        var from = Instant(request, "from", end: false);
        var to = Instant(request, "to", end: true);
        if (from > to) throw Problems.Validation("from", "must not be after to");
        var after = PageRequest.Of(request).After is { } cursor
            ? Instants.TryParse(cursor, out var at)
                ? at
                : throw Problems.Validation("cursor", "is not a cursor of this list")
            : (DateTimeOffset?)null;
        var provider = _chain.Of(name) ?? throw MarketProblems.UnknownSymbol(name);

        var bars = daily
            ? await DaysAsync(provider, name, interval, adjusted, from, to, ct)
            : Within(provider, name, Intraday[interval], from, to);
        if (after is { } a) bars = bars.Where(b => b.T > a).ToList();
        var page = bars.Take(Most).ToList();
        return new Response(name, interval, provider.Find(name)!.Currency, provider.Source, page.Select(b => new BarItem(
            daily ? b.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : Instants.Format(b.T), b.O, b.H, b.L, b.C, b.V)).ToList(),
            bars.Count > Most ? PageRequest.Encode(Instants.Format(page[^1].T)) : null);
    }

    private async Task<List<Bar>> DaysAsync(
        IMarketProvider provider,
        string symbol,
        string interval,
        bool adjusted,
        DateTimeOffset? from,
        DateTimeOffset? to,
        CancellationToken ct
    )
    {
        // Adjustment looks ahead to what came after, so the whole series up to now is read, then cut.
        var bars =
            await StoredAsync(provider, symbol, ct) ?? provider.Daily(symbol, DateOnly.MinValue, DateOnly.MaxValue, _time.GetUtcNow());
        if (adjusted)
            bars = BarMath.Adjust(
                bars,
                provider
                    .Actions(symbol, _time.GetUtcNow())
                    .Select(a => new Adjustment(a.LastDateBefore, a.Kind == CorporateActionKind.Split, a.Value))
            );
        // Without a range: the last year there is.
        if (from is null && to is null && bars.Count > 0) from = bars[^1].T.AddYears(-1);
        var cut = bars.Where(b => (from is null || b.T >= from) && (to is null || b.T <= to));
        return interval switch
        {
            "1w" => BarMath.Aggregate(cut, t => t.AddDays(-(((int)t.DayOfWeek + 6) % 7))),
            "1mo" => BarMath.Aggregate(cut, t => new DateTimeOffset(t.Year, t.Month, 1, 0, 0, 0, TimeSpan.Zero)),
            _ => cut.ToList(),
        };
    }

    private async Task<IReadOnlyList<Bar>?> StoredAsync(IMarketProvider provider, string symbol, CancellationToken ct)
    {
        var yesterday = Instants.DayOf(_time.GetUtcNow()).AddDays(-1);
        var loaded = await _db.OneAsync(
            "select version = $2 and checked >= $3 from market.series where symbol = $1",
            r => r.GetBoolean(0),
            ct,
            symbol,
            provider.Version,
            yesterday
        );
        if (!loaded) return null;
        return await _db.ListFromReplicaAsync(
            "select day, open, high, low, close, volume from market.bars_daily where symbol = $1 order by day",
            r => new Bar(Instants.StartOf(r.Day(0)), r.GetDecimal(1), r.GetDecimal(2), r.GetDecimal(3), r.GetDecimal(4), r.GetDecimal(5)),
            ct,
            symbol
        );
    }

    private List<Bar> Within(IMarketProvider provider, string symbol, TimeSpan interval, DateTimeOffset? from, DateTimeOffset? to)
    {
        var now = _time.GetUtcNow();
        var minutes = provider.Minutes(symbol, from ?? DateTimeOffset.MinValue, to ?? now, now);
        return BarMath.Aggregate(minutes, t => new DateTimeOffset(t.Ticks - t.Ticks % interval.Ticks, TimeSpan.Zero));
    }

    /// <summary>A date counts from its start, or to its end; an instant is one.</summary>
    private static DateTimeOffset? Instant(HttpRequest request, string name, bool end)
    {
        if (Query.Text(request, name) is not { } text) return null;
        if (Instants.TryParse(text, out var instant)) return instant;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            throw Problems.Validation(name, "must be a date such as 2026-01-31 or an instant such as 2026-01-31T15:00:00Z");
        return end ? Instants.StartOf(day).AddDays(1).AddTicks(-1) : Instants.StartOf(day);
    }
}
