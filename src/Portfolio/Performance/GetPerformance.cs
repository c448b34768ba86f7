using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Performance;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Transactions;
using Microsoft.AspNetCore.Http;
using static AgentInvest.Portfolio.Transactions.TransactionView;

namespace AgentInvest.Portfolio.Performance;

/// <summary>GET /portfolio/performance: time-weighted, money-weighted, on average investment and simple, day by day.</summary>
public sealed class GetPerformance
{
    private readonly BookLoader _loader;
    private readonly BookTimelines _timelines;
    private readonly CompareBenchmark _compare;
    private readonly UserMarket _market;
    private readonly TimeProvider _time;

    internal GetPerformance(BookLoader loader, BookTimelines timelines, CompareBenchmark compare, UserMarket market, TimeProvider time) =>
        (_loader, _timelines, _compare, _market, _time) = (loader, timelines, compare, market, time);

    public sealed record Response(
        string? Range,
        DateOnly From,
        DateOnly To,
        decimal Start,
        decimal End,
        decimal NetInvested,
        decimal AbsoluteGain,
        decimal? Twr,
        decimal? Xirr,
        decimal? Roai,
        decimal? Simple,
        AnnualizedReturn Annualized,
        BenchmarkReturn? Benchmark,
        IReadOnlyList<PerformancePoint> Series,
        IReadOnlyDictionary<string, string> Unavailable,
        GainParts Parts,
        IReadOnlyList<Contribution> Contributions,
        IReadOnlyList<Fall> Drawdowns
    );

    /// <param name="Share">Its part of <c>twr</c>; those of all holdings and of cash add up to it.</param>
    public sealed record Contribution(
        string Symbol,
        decimal Gain,
        decimal Price,
        decimal Fx,
        decimal Income,
        decimal Costs,
        decimal? Share
    );

    public sealed record AnnualizedReturn(decimal? Twr);

    /// <param name="Twr">Its total return in base currency.</param>
    /// <param name="End">What the book's flows would have made of it; with gain and rate null where that is not defined.</param>
    public sealed record BenchmarkReturn(string Symbol, decimal? Twr, decimal? End, decimal? AbsoluteGain, decimal? Xirr);

    /// <param name="Depth">A fraction, negative.</param>
    public sealed record Fall(DateOnly Peak, DateOnly Trough, DateOnly? Recovered, decimal Depth);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Guid? portfolioId,
        HttpRequest request,
        CancellationToken ct
    )
    {
        var today = Instants.DayOf(_time.GetUtcNow());
        var range = Query.Text(request, "range");
        var from = Query.Day(request, "from");
        var to = Query.Day(request, "to") ?? today;
        var benchmark = Query.Text(request, "benchmark") is { } b ? AssetSymbols.Parse(b, "benchmark") : null;
        TransactionRules.CheckDay(from, "from");
        TransactionRules.CheckDay(to, "to");
        if (to > today) throw Problems.Validation("to", "must not be in the future");
        if (range is not null && from is not null) throw Problems.Validation("range", "give either range or from");
        if (from > to) throw Problems.Validation("from", "must not be after to");
        if (benchmark is not null && await _market.FindAsync(user.Id, benchmark, ct) is null)
            throw Problems.NotFound($"No source knows the symbol {benchmark}.");

        var book = await _loader.LoadAsync(user, portfolioId, ct);
        var (portfolio, entries) = (book.Portfolio, book.Entries);
        // The day before the first booking is where the books begin: nothing is held yet.
        var begin = entries.Count > 0 && entries[0].Day <= to ? entries[0].Day.AddDays(-1) : to;
        if (from is null) range ??= "max";
        var start = from ?? (Start(range!, to) is { } s && s > begin ? s : begin);
        var result = await _timelines.PerformanceAsync(book, start, to, ct);
        return (
            Show(range, result, benchmark, benchmark is null ? null : await _compare.HandleAsync(portfolio, benchmark, result, ct)),
            portfolio.ETag
        );
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

    private static Response Show(string? range, PerformanceResult r, string? symbol, BenchmarkResult? benchmark) =>
        new(
            range,
            r.From,
            r.To,
            Rounded(r.Start),
            Rounded(r.End),
            Rounded(r.NetInvested),
            Rounded(r.AbsoluteGain),
            Ratio(r.Twr),
            Ratio(r.Xirr),
            Ratio(r.Roai),
            Ratio(r.Simple),
            new AnnualizedReturn(Ratio(r.AnnualizedTwr)),
            benchmark is null
                ? null
                : new BenchmarkReturn(symbol!, Ratio(benchmark.Twr), Money(benchmark.End), Money(benchmark.Gain), Ratio(benchmark.Xirr)),
            r.Series.Select(p => new PerformancePoint(p.Date, Rounded(p.Value), Rounded(p.NetInvested), Ratio(p.Twr))).ToList(),
            benchmark?.Unavailable is { } reason ? new Dictionary<string, string>(r.Unavailable) { ["benchmark"] = reason } : r.Unavailable,
            new GainParts(
                Rounded(r.Parts.Price),
                Rounded(r.Parts.Fx),
                Rounded(r.Parts.Dividends),
                Rounded(r.Parts.Interest),
                Rounded(r.Parts.Fees),
                Rounded(r.Parts.Taxes),
                Rounded(r.Parts.CashFx),
                Rounded(r.Parts.Transferred)
            ),
            r.Contributions.Select(c => new Contribution(
                    c.Symbol,
                    Rounded(c.Gain),
                    Rounded(c.Price),
                    Rounded(c.Fx),
                    Rounded(c.Income),
                    Rounded(c.Costs),
                    c.Contribution is { } part && Math.Abs(part) < 1e15 ? decimal.Round((decimal)part, 12) : null
                ))
                .ToList(),
            Drawdowns.Of(r.Series).Take(5).Select(d => new Fall(d.Peak, d.Trough, d.Recovered, decimal.Round(d.Depth, 12))).ToList()
        );

    private static decimal? Money(decimal? value) => value is { } v ? Rounded(v) : null;

    private static decimal? Ratio(decimal? value) => value is { } v ? decimal.Round(v, 12) : null;
}
