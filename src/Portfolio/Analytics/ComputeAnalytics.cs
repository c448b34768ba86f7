using System.Text.Json;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Risk;
using AgentInvest.Market;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Performance;

namespace AgentInvest.Portfolio.Analytics;

/// <summary>
/// The parts of a portfolio's analytics, each an activity of the orchestration. All read one state of the books; what is computed for an
/// older version than the one stored is dropped. Risk is of the last year of daily returns against SPY.
/// </summary>
[Singleton]
public sealed class ComputeAnalytics(
    Db db,
    BookLoader loader,
    GetDailyReturns dailyReturns,
    BenchmarkComparison comparison,
    BookValuation valuation,
    UserMarket market,
    TimeProvider time
)
{
    private const string Benchmark = "SPY";
    public sealed record RiskFigures(
        double? Volatility,
        double? Sharpe,
        double? Sortino,
        double? MaxDrawdown,
        double? Calmar,
        double? Beta,
        double? Alpha,
        double? Var95,
        double? Cvar95,
        double? TrackingError,
        double? InformationRatio
    );

    /// <summary>Of the last twelve months, in base currency; yield on market value.</summary>
    public sealed record IncomeFigures(decimal TrailingDividends, decimal? TrailingYield);

    public sealed record TopWeight(string Symbol, decimal Weight);
    public sealed record Concentration(double? Hhi, IReadOnlyList<TopWeight> TopWeights);
    public sealed record Correlation(IReadOnlyList<string> Symbols, IReadOnlyList<IReadOnlyList<double?>> Matrix);
    public sealed record Structure(Concentration Concentration, Correlation Correlation);
    public sealed record Result(RiskFigures Risk, IncomeFigures Income, Concentration Concentration, Correlation Correlation);

    public async Task<RiskFigures> RiskAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var days = await dailyReturns.ComputeAsync(book, today.AddYears(-1), today, ct);
        double[] r = [.. days.Select(d => d.Return)], m = [];
        if (
            days.Count > 0
            && await comparison.IndexAsync(book.Portfolio, Benchmark, days[0].Since, today, ct) is { Days.Length: > 0 } index
            && index.Days[0] <= days[0].Since
        )
            m = [.. days.Select(d => (double)(index.On(d.Date)!.Value / index.On(d.Since)!.Value) - 1)];
        var (against, year) = (m.Length > 0, RiskMeasures.PeriodsPerYear([.. days.Select(d => d.Date)]));
        return new RiskFigures(
            RiskMeasures.Volatility(r, year),
            RiskMeasures.Sharpe(r, year),
            RiskMeasures.Sortino(r, year),
            RiskMeasures.MaxDrawdown(r),
            RiskMeasures.Calmar(r, year),
            against ? RiskMeasures.Beta(r, m) : null,
            against ? RiskMeasures.Alpha(r, m, year) : null,
            RiskMeasures.ValueAtRisk(r),
            RiskMeasures.ConditionalValueAtRisk(r),
            against ? RiskMeasures.TrackingError(r, m, year) : null,
            against ? RiskMeasures.InformationRatio(r, m, year) : null
        );
    }

    public async Task<IncomeFigures> IncomeAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var dividends = book.Entries.Where(e => e.Kind == EntryKind.Dividend && e.Day > today.AddYears(-1)).Sum(e => e.Amount * e.FxRate);
        var value = (await ValuesAsync(book, ct)).Sum(w => w.Value);
        return new IncomeFigures(Money.Round(dividends), value > 0 ? Money.Round(dividends / value) : null);
    }

    public async Task<Structure> StructureAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var values = await ValuesAsync(book, ct);
        var total = values.Sum(v => v.Value);
        var weights = values
            .Where(_ => total > 0)
            .Select(v => new TopWeight(v.Symbol, Money.Round(v.Value / total)))
            .OrderByDescending(w => w.Weight)
            .ThenBy(w => w.Symbol, StringComparer.Ordinal)
            .ToList();
        var symbols = weights.Take(20).Select(w => w.Symbol).ToList();
        var closes = await market.ClosesAsync(request.UserId, symbols, today.AddYears(-1), today, ct);
        var returns = symbols.ToDictionary(s => s, s => closes.TryGetValue(s, out var c) ? Returns(c) : []);
        var matrix = symbols.Select(a => (IReadOnlyList<double?>)symbols.Select(b => Correlate(returns[a], returns[b])).ToList()).ToList();
        return new Structure(
            new Concentration(
                weights.Count == 0 ? null : RiskMeasures.Concentration(weights.Select(w => (double)w.Weight).ToArray()),
                weights.Take(10).ToList()
            ),
            new Correlation(symbols, matrix)
        );
    }

    public async Task StoreAsync(AnalyticsRequest request, Result result, CancellationToken ct) =>
        await db.ExecuteAsync(
            """
            insert into portfolio.analytics as a (user_id, portfolio_id, version, computed_at, result)
            select $1, $2, $3, $4, $5::jsonb where exists (select from portfolio.portfolios where user_id = $1 and id = $2)
            on conflict (user_id, portfolio_id) do update
            set version = excluded.version, computed_at = excluded.computed_at, result = excluded.result where a.version <= excluded.version
            """,
            ct,
            request.UserId,
            request.PortfolioId,
            request.Version,
            time.GetUtcNow(),
            JsonSerializer.Serialize(result, Json.Options)
        );

    private async Task<(LoadedBook Book, DateOnly Today)> LoadAsync(AnalyticsRequest request, CancellationToken ct) =>
        (
            await loader.LoadAsync(request.UserId, request.PortfolioId, ct),
            Instants.DayOf(time.GetUtcNow())
        );

    private async Task<List<(string Symbol, decimal Value)>> ValuesAsync(LoadedBook book, CancellationToken ct) =>
        (await valuation.ValueAsync(book, null, ct)).Holdings.Where(h => h.Value > 0).Select(h => (h.Position.Symbol, h.Value)).ToList();

    private static Dictionary<DateOnly, double> Returns(DailyCloses closes)
    {
        var returns = new Dictionary<DateOnly, double>();
        for (var i = 1; i < closes.Days.Length; i++) returns[closes.Days[i]] = (double)(closes.Prices[i] / closes.Prices[i - 1]) - 1;
        return returns;
    }

    /// <summary>Over the days both have.</summary>
    private static double? Correlate(Dictionary<DateOnly, double> a, Dictionary<DateOnly, double> b)
    {
        var days = a.Keys.Where(b.ContainsKey).Order().ToList();
        return RiskMeasures.Correlation(days.Select(d => a[d]).ToArray(), days.Select(d => b[d]).ToArray());
    }
}
