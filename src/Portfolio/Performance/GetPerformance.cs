using System.ComponentModel;
using System.Text.Json.Serialization;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Performance;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Performance;

/// <summary>GET /portfolio/performance: time-weighted, money-weighted, on average investment and simple, day by day.</summary>
[Singleton]
public sealed class GetPerformance(
    BookLoader loader,
    BookTimelines timelines,
    BenchmarkComparison comparison,
    UserMarket market,
    TimeProvider time
)
{
    /// <summary>A range that ends at <c>to</c>.</summary>
    public enum PerformanceRange
    {
        [JsonStringEnumMemberName("1d")]
        OneDay,

        [JsonStringEnumMemberName("1w")]
        OneWeek,

        [JsonStringEnumMemberName("1m")]
        OneMonth,

        [JsonStringEnumMemberName("3m")]
        ThreeMonths,

        [JsonStringEnumMemberName("6m")]
        SixMonths,
        Ytd,

        [JsonStringEnumMemberName("1y")]
        OneYear,

        [JsonStringEnumMemberName("5y")]
        FiveYears,
        Max,
    }

    public sealed record Query(
        PortfolioChoice Portfolio,
        [Description("Default: max, the whole life of the books. Not together with `from`.")] PerformanceRange? Range = null,
        [Description("The day whose close the returns start from.")] DateOnly? From = null,
        [Description("The last day; default: today, UTC.")] DateOnly? To = null,
        [Description("A symbol to compare with, such as SPY.")] string? Benchmark = null
    );

    /// <summary>Amounts in base currency, returns as fractions.</summary>
    /// <param name="Unavailable">Why a figure is null, by its name.</param>
    public sealed record Response(
        PerformanceRange? Range,
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
        IReadOnlyList<Drawdown> Drawdowns
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
    public sealed record Drawdown(DateOnly Peak, DateOnly Trough, DateOnly? Recovered, decimal Depth);

    public async Task<(Response Response, string ETag)> HandleAsync(
        CurrentUser user,
        Query query,
        CancellationToken ct
    )
    {
        var today = Instants.DayOf(time.GetUtcNow());
        var (range, from, to) = (query.Range, query.From, query.To ?? today);
        var benchmark = query.Benchmark is { } b ? AssetSymbols.Parse(b, "benchmark") : null;
        TransactionRules.CheckDay(from, "from");
        TransactionRules.CheckDay(to, "to");
        if (to > today) throw Problems.Validation("to", "must not be in the future");
        if (range is not null && from is not null) throw Problems.Validation("range", "give either range or from");
        if (from > to) throw Problems.Validation("from", "must not be after to");
        if (benchmark is not null && await market.FindAsync(user.Id, benchmark, ct) is null)
            throw Problems.NotFound($"No source knows the symbol {benchmark}.");

        var book = await loader.LoadAsync(user.Id, query.Portfolio.PortfolioId, ct);
        var (portfolio, entries) = (book.Portfolio, book.Entries);
        // The day before the first booking is where the books begin: nothing is held yet.
        var begin = entries.Count > 0 && entries[0].Day <= to ? entries[0].Day.AddDays(-1) : to;
        if (from is null) range ??= PerformanceRange.Max;
        var start = from ?? (Start(range!.Value, to) is { } s && s > begin ? s : begin);
        var result = await timelines.PerformanceAsync(book, start, to, ct);
        return (
            Show(range, result, benchmark, benchmark is null ? null : await comparison.CompareAsync(portfolio, benchmark, result, ct)),
            portfolio.ETag
        );
    }

    private static DateOnly? Start(PerformanceRange range, DateOnly to) => range switch
    {
        PerformanceRange.OneDay => to.AddDays(-1),
        PerformanceRange.OneWeek => to.AddDays(-7),
        PerformanceRange.OneMonth => to.AddMonths(-1),
        PerformanceRange.ThreeMonths => to.AddMonths(-3),
        PerformanceRange.SixMonths => to.AddMonths(-6),
        PerformanceRange.Ytd => new DateOnly(to.Year, 1, 1).AddDays(-1),
        PerformanceRange.OneYear => to.AddYears(-1),
        PerformanceRange.FiveYears => to.AddYears(-5),
        _ => null,
    };

    private static Response Show(PerformanceRange? range, PerformanceResult r, string? symbol, BenchmarkResult? benchmark) =>
        new(
            range,
            r.From,
            r.To,
            Money.Round(r.Start),
            Money.Round(r.End),
            Money.Round(r.NetInvested),
            Money.Round(r.AbsoluteGain),
            Ratio(r.Twr),
            Ratio(r.Xirr),
            Ratio(r.Roai),
            Ratio(r.Simple),
            new AnnualizedReturn(Ratio(r.AnnualizedTwr)),
            benchmark is null
                ? null
                : new BenchmarkReturn(symbol!, Ratio(benchmark.Twr), Amount(benchmark.End), Amount(benchmark.Gain), Ratio(benchmark.Xirr)),
            r.Series.Select(p => new PerformancePoint(p.Date, Money.Round(p.Value), Money.Round(p.NetInvested), Ratio(p.Twr))).ToList(),
            benchmark?.Unavailable is { } reason ? new Dictionary<string, string>(r.Unavailable) { ["benchmark"] = reason } : r.Unavailable,
            new GainParts(
                Money.Round(r.Parts.Price),
                Money.Round(r.Parts.Fx),
                Money.Round(r.Parts.Dividends),
                Money.Round(r.Parts.Interest),
                Money.Round(r.Parts.Fees),
                Money.Round(r.Parts.Taxes),
                Money.Round(r.Parts.CashFx),
                Money.Round(r.Parts.Transferred)
            ),
            r.Contributions.Select(c => new Contribution(
                    c.Symbol,
                    Money.Round(c.Gain),
                    Money.Round(c.Price),
                    Money.Round(c.Fx),
                    Money.Round(c.Income),
                    Money.Round(c.Costs),
                    c.Contribution is { } part && Math.Abs(part) < 1e15 ? decimal.Round((decimal)part, 12) : null
                ))
                .ToList(),
            Drawdowns.Of(r.Series).Take(5).Select(d => new Drawdown(d.Peak, d.Trough, d.Recovered, decimal.Round(d.Depth, 12))).ToList()
        );

    private static decimal? Amount(decimal? value) => value is { } v ? Money.Round(v) : null;

    private static decimal? Ratio(decimal? value) => value is { } v ? decimal.Round(v, 12) : null;
}
