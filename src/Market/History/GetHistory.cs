using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Bars;
using AgentInvest.Market.Providers;
using FinanceBar = AgentInvest.Finance.Bars.Bar;

namespace AgentInvest.Market.History;

/// <summary>GET /market/stocks/{symbol}/history.</summary>
[Singleton]
public sealed class GetHistory(ProviderChain chain, DailyBars daily, TimeProvider time)
{
    internal const int MaxBars = 10_000;

    /// <summary>Which bars. Without from and to: the last year there is; of intervals within the day, all there is.</summary>
    public sealed record Query(
        [Description("The first bar's time at the earliest.")] DayOrInstant? From = null,
        [Description("The last bar's time at the latest.")] DayOrInstant? To = null,
        [Description("How long a bar is.")] Interval Interval = Interval.Day,
        [Description("Prices back-adjusted for splits and dividends, volume for splits.")] bool Adjusted = true,
        [Range(1, MaxBars), Description("How many bars at most.")] int Limit = MaxBars,
        [Description("`nextCursor` of the page before.")] Cursor? Cursor = null
    );

    /// <param name="T">A date for daily and longer bars, an instant within the day.</param>
    public sealed record Bar(string T, decimal O, decimal H, decimal L, decimal C, decimal V);

    /// <param name="Bars">Ascending in time.</param>
    public sealed record Response(
        string Symbol,
        Interval Interval,
        string Currency,
        string Source,
        IReadOnlyList<Bar> Bars,
        string? NextCursor
    );

    public async Task<Response> HandleAsync(string symbol, Query query, CancellationToken ct)
    {
        var name = Symbols.Parse(symbol);
        if (query.From?.Start > query.To?.End) throw Problems.Validation("from", "must not be after to");
        var after = After(query.Cursor);
        var provider = chain.Of(name) ?? throw MarketProblems.UnknownSymbol(name);
        var isIntraday = query.Interval.Length() is not null;
        IEnumerable<FinanceBar> bars =
            query.Interval.Length() is { } length
                ? Intraday(provider, name, length, query.From?.Start, query.To?.End)
                : await DaysAsync(provider, name, query, ct);
        var page = bars.Where(b => after is null || b.T > after).Take(query.Limit + 1).ToList();
        var hasMore = page.Count > query.Limit;
        if (hasMore) page.RemoveAt(query.Limit);
        return new Response(
            name,
            query.Interval,
            provider.Find(name)!.Currency,
            provider.Source,
            page.ConvertAll(b => new Bar(isIntraday ? Instants.Format(b.T) : Date(b.Day), b.O, b.H, b.L, b.C, b.V)),
            hasMore ? PageRequest.Encode(Instants.Format(page[^1].T)) : null
        );
    }

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset? After(Cursor? cursor) =>
        cursor is not { } given ? null
        : Instants.TryParse(given.Position, out var at) ? at
        : throw Problems.Validation("cursor", "must be a cursor of this list");

    private async Task<IEnumerable<FinanceBar>> DaysAsync(IMarketProvider provider, string symbol, Query query, CancellationToken ct)
    {
        // Adjustment looks ahead to what came after, so the whole series up to now is adjusted, then cut.
        var bars = await daily.OfAsync(provider, symbol, query.Adjusted, ct);
        var (from, to) = (query.From?.Start, query.To?.End);
        if (from is null && to is null && bars.Count > 0) from = bars[^1].T.AddYears(-1);
        var cut = bars.Where(b => (from is null || b.T >= from) && (to is null || b.T <= to));
        return query.Interval switch
        {
            Interval.Week => BarMath.Aggregate(cut, t => t.AddDays(-(((int)t.DayOfWeek + 6) % 7))),
            Interval.Month => BarMath.Aggregate(cut, t => new DateTimeOffset(t.Year, t.Month, 1, 0, 0, 0, TimeSpan.Zero)),
            _ => cut,
        };
    }

    private List<FinanceBar> Intraday(IMarketProvider provider, string symbol, TimeSpan length, DateTimeOffset? from, DateTimeOffset? to)
    {
        var now = time.GetUtcNow();
        var minutes = provider.Minutes(symbol, from ?? DateTimeOffset.MinValue, to ?? now, now);
        return BarMath.Aggregate(minutes, t => new DateTimeOffset(t.Ticks - t.Ticks % length.Ticks, TimeSpan.Zero));
    }
}
