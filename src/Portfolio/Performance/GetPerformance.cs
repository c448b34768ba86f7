using AgentInvest.Core;
using AgentInvest.Finance.Performance;
using AgentInvest.Market;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using Microsoft.AspNetCore.Http;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Performance;

/// <summary>GET /portfolio/performance: time-weighted, money-weighted, on average investment and simple, day by day.</summary>
public sealed class GetPerformance
{
    private readonly BookLoader _loader;
    private readonly MarketData _feed;
    private readonly UserMarket _market;
    private readonly TimeProvider _time;

    internal GetPerformance(BookLoader loader, MarketData feed, UserMarket market, TimeProvider time) => (_loader, _feed, _market, _time) = (loader, feed, market, time);

    public sealed record Response(
        string? Range, DateOnly From, DateOnly To, decimal Start, decimal End, decimal NetInvested, decimal AbsoluteGain, decimal? Twr, decimal? Xirr, decimal? Roai, decimal? Simple,
        AnnualizedReturn Annualized, BenchmarkReturn? Benchmark, IReadOnlyList<PerformancePoint> Series, IReadOnlyDictionary<string, string> Unavailable);

    public sealed record AnnualizedReturn(decimal? Twr);
    public sealed record BenchmarkReturn(string Symbol, decimal? Twr);

    public async Task<(Response Response, string ETag)> HandleAsync(CurrentUser user, Guid? portfolioId, HttpRequest request, CancellationToken ct)
    {
        var today = Instants.DayOf(_time.GetUtcNow());
        var range = Query.Text(request, "range");
        var from = Query.Day(request, "from");
        var to = Query.Day(request, "to") ?? today;
        var benchmark = Query.Text(request, "benchmark") is { } b ? AssetSymbols.Parse(b, "benchmark") : null;
        if (to > today) throw Problems.Validation("to", "must not be in the future");
        if (range is not null && from is not null) throw Problems.Validation("range", "give either range or from");
        if (from > to) throw Problems.Validation("from", "must not be after to");
        if (benchmark is not null && await _market.FindAsync(user.Id, benchmark, ct) is null) throw Problems.NotFound($"No source knows the symbol {benchmark}.");

        var book = await _loader.LoadAsync(user, portfolioId, ct);
        var (portfolio, entries) = (book.Portfolio, book.Entries);
        // The day before the first booking is where the books begin: nothing is held yet.
        var begin = entries.Count > 0 && entries[0].Day <= to ? entries[0].Day.AddDays(-1) : to;
        if (from is null) range ??= "max";
        var start = from ?? (Start(range!, to) is { } s && s > begin ? s : begin);
        var prices = await _loader.PricesAsync(book, start, to, ct);
        var result = PerformanceCalculator.Compute(entries, prices, portfolio.Method, start, to);
        return (Show(range, result, benchmark is null ? null : await BenchmarkAsync(user, benchmark, start, to, ct)), portfolio.ETag);
    }

    private static DateOnly? Start(string range, DateOnly to) => range switch
    {
        "1d" => to.AddDays(-1),
        "1w" => to.AddDays(-7),
        "1m" => to.AddMonths(-1),
        "3m" => to.AddMonths(-3),
        "6m" => to.AddMonths(-6),
        "ytd" => new DateOnly(to.Year, 1, 1).AddDays(-1),
        "1y" => to.AddYears(-1),
        "5y" => to.AddYears(-5),
        "max" => null,
        _ => throw Problems.Validation("range", "must be one of 1d, 1w, 1m, 3m, 6m, ytd, 1y, 5y, max"),
    };

    /// <summary>The benchmark's total return: what it pays is put back into it on the day it is due.</summary>
    private async Task<BenchmarkReturn> BenchmarkAsync(CurrentUser user, string symbol, DateOnly from, DateOnly to, CancellationToken ct)
    {
        if (!(await _market.ClosesAsync(user.Id, [symbol], from, to, ct)).TryGetValue(symbol, out var closes) || closes.Days[0] > from) return new BenchmarkReturn(symbol, null);
        var shares = 1m;
        foreach (var action in await _feed.ActionsAsync([symbol], from.AddDays(1), to, ct))
            shares *= action.Kind == CorporateActionKind.Split ? action.Value : 1 + action.Value / Rates.On(closes, action.EffectiveOn);
        return new BenchmarkReturn(symbol, Rounded(shares * Rates.On(closes, to) / closes.Prices[0] - 1));
    }

    private static Response Show(string? range, PerformanceResult r, BenchmarkReturn? benchmark) => new(
        range, r.From, r.To, Rounded(r.Start), Rounded(r.End), Rounded(r.NetInvested), Rounded(r.AbsoluteGain), Ratio(r.Twr), Ratio(r.Xirr), Ratio(r.Roai), Ratio(r.Simple), new AnnualizedReturn(Ratio(r.AnnualizedTwr)), benchmark,
        r.Series.Select(p => new PerformancePoint(p.Date, Rounded(p.Value), Rounded(p.NetInvested), Ratio(p.Twr))).ToList(), r.Unavailable);

    private static decimal? Ratio(decimal? value) => value is { } v ? decimal.Round(v, 12) : null;
}
