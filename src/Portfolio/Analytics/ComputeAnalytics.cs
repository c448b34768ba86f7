using System.Text.Json;
using AgentInvest.Core;
using AgentInvest.Finance.Lots;
using AgentInvest.Finance.Risk;
using AgentInvest.Market;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Performance;

namespace AgentInvest.Portfolio.Analytics;

/// <summary>
/// The parts of a portfolio's analytics, each an activity of the orchestration. All read one state of the books; what is computed for an older version than the one
/// stored is dropped. Risk is of the last year of daily returns against SPY.
/// </summary>
public sealed class ComputeAnalytics
{
    private const string Market = "SPY";
    private readonly Db _db;
    private readonly BookLoader _loader;
    private readonly MarketData _market;
    private readonly BookTimelines _timelines;
    private readonly UserMarket _prices;
    private readonly TimeProvider _time;

    internal ComputeAnalytics(Db db, BookLoader loader, BookTimelines timelines, MarketData market, UserMarket prices, TimeProvider time) => (_db, _loader, _timelines, _market, _prices, _time) = (db, loader, timelines, market, prices, time);

    public sealed record Risk(
        double? Volatility, double? Sharpe, double? Sortino, double? MaxDrawdown, double? Calmar, double? Beta, double? Alpha, double? Var95, double? Cvar95, double? TrackingError, double? InformationRatio);

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
        var entries = book.Entries;
        var from = entries.Count == 0 ? today : Later(entries[0].Day.AddDays(-1), today.AddYears(-1));
        var points = (await _timelines.PerformanceAsync(book, from, today, ct)).Series.Where(p => p.Twr is not null).ToList();
        var closes = (await _market.ClosesAsync([Market], from, today, ct)).GetValueOrDefault(Market);
        var own = new List<double>();
        var benchmark = new List<double>();
        foreach (var (a, b) in points.Zip(points.Skip(1)))
        {
            if (a.Twr <= -1 || a.Value <= 0) continue;
            own.Add((double)((1 + b.Twr!.Value) / (1 + a.Twr!.Value)) - 1);
            if (closes is { Days.Length: > 0 }) benchmark.Add((double)(Rates.On(closes, b.Date) / Rates.On(closes, a.Date)) - 1);
        }
        double[] r = [.. own], m = [.. benchmark];
        var against = m.Length == r.Length && m.Length > 0;
        return new Risk(RiskMeasures.Volatility(r), RiskMeasures.Sharpe(r), RiskMeasures.Sortino(r), RiskMeasures.MaxDrawdown(r), RiskMeasures.Calmar(r), against ? RiskMeasures.Beta(r, m) : null,
            against ? RiskMeasures.Alpha(r, m) : null, RiskMeasures.ValueAtRisk(r), RiskMeasures.ConditionalValueAtRisk(r), against ? RiskMeasures.TrackingError(r, m) : null, against ? RiskMeasures.InformationRatio(r, m) : null);
    }

    public async Task<Income> IncomeAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var dividends = book.Entries.Where(e => e.Kind == EntryKind.Dividend && e.Day > today.AddYears(-1)).Sum(e => e.Amount * e.FxRate);
        var value = (await WeightsAsync(book, today, ct)).Sum(w => w.Value);
        return new Income(decimal.Round(dividends, Money.Scale), value > 0 ? decimal.Round(dividends / value, Money.Scale) : null);
    }

    public async Task<Structure> StructureAsync(AnalyticsRequest request, CancellationToken ct)
    {
        var (book, today) = await LoadAsync(request, ct);
        var values = await WeightsAsync(book, today, ct);
        var total = values.Sum(v => v.Value);
        var weights = values.Where(_ => total > 0).Select(v => new TopWeight(v.Symbol, decimal.Round(v.Value / total, Money.Scale))).OrderByDescending(w => w.Weight).ThenBy(w => w.Symbol, StringComparer.Ordinal).ToList();
        var symbols = weights.Take(20).Select(w => w.Symbol).ToList();
        var closes = await _prices.ClosesAsync(request.UserId, symbols, today.AddYears(-1), today, ct);
        var returns = symbols.ToDictionary(s => s, s => closes.TryGetValue(s, out var c) ? Returns(c) : []);
        var matrix = symbols.Select(a => (IReadOnlyList<double?>)symbols.Select(b => Correlate(returns[a], returns[b])).ToList()).ToList();
        return new Structure(new Concentration(weights.Count == 0 ? null : RiskMeasures.Concentration(weights.Select(w => (double)w.Weight).ToArray()), weights.Take(10).ToList()), new Correlation(symbols, matrix));
    }

    public async Task StoreAsync(AnalyticsRequest request, Result result, CancellationToken ct) => await _db.ExecuteAsync("""
        insert into portfolio.analytics as a (user_id, portfolio_id, version, computed_at, result)
        select $1, $2, $3, $4, $5::jsonb where exists (select from portfolio.portfolios where user_id = $1 and id = $2)
        on conflict (user_id, portfolio_id) do update set version = excluded.version, computed_at = excluded.computed_at, result = excluded.result where a.version <= excluded.version
        """, ct, request.UserId, request.PortfolioId, request.Version, _time.GetUtcNow(), JsonSerializer.Serialize(result, Json.Options));

    private async Task<(LoadedBook Book, DateOnly Today)> LoadAsync(AnalyticsRequest request, CancellationToken ct) =>
        (await _loader.LoadAsync(new CurrentUser(request.UserId, Guid.Empty, [], ""), request.PortfolioId, ct), Instants.DayOf(_time.GetUtcNow()));

    private async Task<List<(string Symbol, decimal Value)>> WeightsAsync(LoadedBook book, DateOnly today, CancellationToken ct)
    {
        var prices = await _loader.PricesAsync(book, today, today, ct);
        return book.Current.Positions.Values.Where(p => p.Quantity > 0).Select(p => (p.Symbol, p.Quantity * (prices.TryGetValue(p.Symbol, out var h) ? h.Prices[^1] : p.LastPrice))).ToList();
    }

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

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
