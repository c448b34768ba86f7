using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
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
public sealed class ComputeAnalytics
{
    private const string Market = "SPY";
    private readonly Db _db;
    private readonly BookLoader _loader;
    private readonly GetDailyReturns _returns;
    private readonly CompareBenchmark _compare;
    private readonly ValueHoldings _value;
    private readonly UserMarket _market;
    private readonly TimeProvider _time;

    internal ComputeAnalytics(
        Db db,
        BookLoader loader,
        GetDailyReturns returns,
        CompareBenchmark compare,
        ValueHoldings value,
        UserMarket market,
        TimeProvider time
    ) => (_db, _loader, _returns, _compare, _value, _market, _time) = (db, loader, returns, compare, value, market, time);

    public sealed record Risk(
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
    public sealed record Income(decimal TrailingDividends, decimal? TrailingYield);

    public sealed record TopWeight(string Symbol, decimal Weight);
    public sealed record Concentration(double? Hhi, IReadOnlyList<TopWeight> TopWeights);
    public sealed record Correlation(IReadOnlyList<string> Symbols, IReadOnlyList<IReadOnlyList<double?>> Matrix);
    public sealed record Structure(Concentration Concentration, Correlation Correlation);
    public sealed record Result(Risk Risk, Income Income, Concentration Concentration, Correlation Correlation);

    public async Task<Risk> RiskAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var days = await _returns.OfAsync(book, today.AddYears(-1), today, ct);
        double[] r = [.. days.Select(d => d.Return)], m = [];
        if (
            days.Count > 0
            && await _compare.IndexAsync(book.Portfolio, Market, days[0].Since, today, ct) is { Days.Length: > 0 } index
            && index.Days[0] <= days[0].Since
        )
            m = [.. days.Select(d => (double)(index.On(d.Date)!.Value / index.On(d.Since)!.Value) - 1)];
        var (against, year) = (m.Length > 0, RiskMeasures.PeriodsPerYear([.. days.Select(d => d.Date)]));
        return new Risk(
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

    public async Task<Income> IncomeAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var dividends = book.Entries.Where(e => e.Kind == EntryKind.Dividend && e.Day > today.AddYears(-1)).Sum(e => e.Amount * e.FxRate);
        var value = (await ValuesAsync(book, ct)).Sum(w => w.Value);
        return new Income(decimal.Round(dividends, Money.Scale), value > 0 ? decimal.Round(dividends / value, Money.Scale) : null);
    }

    public async Task<Structure> StructureAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var values = await ValuesAsync(book, ct);
        var total = values.Sum(v => v.Value);
        var weights = values
            .Where(_ => total > 0)
            .Select(v => new TopWeight(v.Symbol, decimal.Round(v.Value / total, Money.Scale)))
            .OrderByDescending(w => w.Weight)
            .ThenBy(w => w.Symbol, StringComparer.Ordinal)
            .ToList();
        var symbols = weights.Take(20).Select(w => w.Symbol).ToList();
        var closes = await _market.ClosesAsync(request.UserId, symbols, today.AddYears(-1), today, ct);
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
        await _db.ExecuteAsync(
            """
            insert into portfolio.analytics as a (user_id, portfolio_id, version, computed_at, result)
            select $1, $2, $3, $4, $5::jsonb where exists (select from portfolio.portfolios where user_id = $1 and id = $2)
            on conflict (user_id, portfolio_id) do update set version = excluded.version, computed_at = excluded.computed_at, result = excluded.result where a.version <= excluded.version
            """,
            ct,
            request.UserId,
            request.PortfolioId,
            request.Version,
            _time.GetUtcNow(),
            JsonSerializer.Serialize(result, Json.Options)
        );

    private async Task<(LoadedBook Book, DateOnly Today)> LoadAsync(AnalyticsRequest request, CancellationToken ct) =>
        (
            await _loader.LoadAsync(new CurrentUser(request.UserId, Guid.Empty, [], ""), request.PortfolioId, ct),
            Instants.DayOf(_time.GetUtcNow())
        );

    private async Task<List<(string Symbol, decimal Value)>> ValuesAsync(LoadedBook book, CancellationToken ct) =>
        (await _value.HandleAsync(book, null, ct)).Holdings.Where(h => h.Value > 0).Select(h => (h.Position.Symbol, h.Value)).ToList();

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
