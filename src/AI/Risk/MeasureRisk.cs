using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Finance.Risk;
using AgentInvest.Finance.Volatility;
using AgentInvest.Market;
using AgentInvest.Market.History;
using AgentInvest.Portfolio.Performance;

namespace AgentInvest.AI.Risk;

/// <summary>POST /ai/risk: of returns, of symbols or of a portfolio.</summary>
[Singleton]
public sealed class MeasureRisk(AdjustedCloses closes, GetDailyReturns dailyReturns, TimeProvider time)
{
    public const int MaxReturns = 100_000;
    public const int MaxSymbols = 100;
    private const double MaxReturn = 1000;
    private const int ThreeYears = 756;

    /// <summary>Exactly one of returns, symbols and portfolioId.</summary>
    /// <param name="Returns">Simple, one a period.</param>
    /// <param name="PeriodsPerYear">Default 252.</param>
    /// <param name="Confidence">Of VaR and CVaR; default 0.95.</param>
    [Example("""{"symbols": ["AAPL", "MSFT"], "benchmark": "SPY"}""")]
    public sealed record Request(
        IReadOnlyList<double>? Returns = null,
        IReadOnlyList<string>? Symbols = null,
        Guid? PortfolioId = null,
        RiskBenchmark? Benchmark = null,
        double? PeriodsPerYear = null,
        double? Confidence = null
    );

    public sealed record Response(
        double? Volatility,
        double? Sharpe,
        double? Sortino,
        double? MaxDrawdown,
        double? Calmar,
        double? Var,
        double? Cvar,
        double? Beta,
        double? Alpha,
        double? Skew,
        double? Kurtosis,
        VolatilityForecast? ForecastVolatility,
        double? TrackingError,
        double? InformationRatio,
        int Observations,
        DateOnly? From,
        DateOnly? To,
        string? Source
    );

    /// <param name="Value">Annual.</param>
    public sealed record VolatilityForecast(string Model, int HorizonDays, double Value, ForecastRecord OutOfSample);

    /// <summary>Mean QLIKE of one-period forecasts against squared returns that the model had not seen; lower is better.</summary>
    public sealed record ForecastRecord(int Observations, double Qlike, VolatilityBaseline Baseline);

    private sealed record Measured(double[] Returns, DateOnly[]? Days, string? Source);

    public async Task<Response> HandleAsync(CurrentUser user, Request request, CancellationToken ct)
    {
        Validate(request);
        var benchmark = request.Benchmark?.Returns?.ToArray();
        var today = Instants.DayOf(time.GetUtcNow());
        var measured = request.PortfolioId is { } portfolio ? await OfPortfolioAsync(user, portfolio, today, ct)
            : request.Symbols is { } symbols ? await OfSymbolsAsync(symbols, today, ct) : new Measured([.. request.Returns!], null, null);
        if (request.Benchmark?.Symbol is { } symbol) (measured, benchmark) = await PairAsync(measured, symbol, today, ct);
        if (benchmark is not null && benchmark.Length != measured.Returns.Length)
            throw Problems.Validation(
                "benchmark",
                $"must have as many returns as are measured: {measured.Returns.Length}, not {benchmark.Length}"
            );
        return Measure(measured, benchmark, request.PeriodsPerYear ?? 252, request.Confidence ?? 0.95);
    }

    private static void Validate(Request r)
    {
        var check = new Check();
        var given = (r.Returns is null ? 0 : 1) + (r.Symbols is null ? 0 : 1) + (r.PortfolioId is null ? 0 : 1);
        var subject =
            r.Returns is not null ? "returns"
            : r.Symbols is not null ? "symbols"
            : r.PortfolioId is not null ? "portfolioId"
            : "returns";
        check.That(given == 1, subject, "give exactly one of returns, symbols and portfolioId");
        if (
            r.Returns is { } returns
            && check.That(returns.Count is >= 1 and <= MaxReturns, "returns", $"must have 1 to {MaxReturns} items")
        )
            CheckReturns(check, returns, "returns");
        if (r.Symbols is { } symbols)
            check.That(symbols.Count is >= 1 and <= MaxSymbols, "symbols", $"must name 1 to {MaxSymbols} symbols");
        check.That(r.PeriodsPerYear is null or (>= 1 and <= 1e6), "periodsPerYear", "must be from 1 to 1000000");
        check.That(r.Confidence is null or (> 0 and < 1), "confidence", "must be above 0 and below 1");
        if (r.Benchmark?.Symbol is not null)
            check.That(r.Returns is null, "benchmark", "must be a list beside returns: they have no dates to find a symbol's by");
        if (r.Benchmark?.Returns is { } list)
        {
            CheckReturns(check, list, "benchmark");
            check.That(r.Returns is null || r.Returns.Count == list.Count, "benchmark", "must be as long as returns");
        }
        check.ThrowIfAny();
    }

    private static void CheckReturns(Check check, IReadOnlyList<double> returns, string field)
    {
        for (var i = 0; i < returns.Count; i++)
            if (
                !check.That(
                    returns[i] is >= -1 and <= MaxReturn,
                    $"{field}[{i}]",
                    $"must be a simple return from -1 to {MaxReturn}"
                )
            )
                return;
    }

    private async Task<Measured> OfPortfolioAsync(CurrentUser user, Guid portfolio, DateOnly today, CancellationToken ct)
    {
        if (user.Scopes is { } scopes && !scopes.Contains("portfolio:read")) throw Problems.InsufficientScope("portfolio:read");
        var days = await dailyReturns.HandleAsync(user.Id, portfolio, today.AddYears(-3), today, ct);
        return new Measured(days.Select(d => d.Return).ToArray(), days.Select(d => d.Date).ToArray(), null);
    }

    private async Task<Measured> OfSymbolsAsync(IReadOnlyList<string> names, DateOnly today, CancellationToken ct)
    {
        var symbols = names.Select((s, i) => Symbols.Parse(s, $"symbols[{i}]")).Distinct().ToList();
        var table = await closes.LoadAsync(symbols, "symbols", ThreeYears + 1, today, ct);
        var first = table.Prices.Max(p => Array.FindIndex(p, x => !double.IsNaN(x)));
        var returns = new double[Math.Max(0, table.Days.Length - first - 1)];
        foreach (var p in table.Prices)
            for (var t = 0; t < returns.Length; t++)
                returns[t] += (p[first + t + 1] / p[first + t] - 1) / symbols.Count;
        return new Measured(returns, table.Days[(first + 1)..], table.Source);
    }

    /// <summary>Over the days both have; returns of the days between are compounded.</summary>
    private async Task<(Measured, double[])> PairAsync(Measured measured, string text, DateOnly today, CancellationToken ct)
    {
        var symbol = Symbols.Parse(text, "benchmark");
        var table = await closes.LoadAsync([symbol], "benchmark", int.MaxValue, today, ct);
        var (own, theirs, days) = (new List<double>(), new List<double>(), new List<DateOnly>());
        var (run, last) = (1.0, -1);
        for (var i = 0; i < measured.Returns.Length; i++)
        {
            run *= 1 + measured.Returns[i];
            var at = Array.BinarySearch(table.Days, measured.Days![i]);
            if (at < 0) continue;
            if (last < 0) last = at - 1;
            if (last >= 0)
            {
                own.Add(run - 1);
                theirs.Add(table.Prices[0][at] / table.Prices[0][last] - 1);
                days.Add(measured.Days[i]);
            }
            (run, last) = (1, at);
        }
        return (measured with { Returns = [.. own], Days = [.. days] }, [.. theirs]);
    }

    private static Response Measure(Measured measured, double[]? benchmark, double periods, double confidence)
    {
        var r = measured.Returns;
        var forecast = VolatilityChoice.Choose(r, periods);
        var baseline = forecast?.Candidates.FirstOrDefault(c => c.Model == "constant");
        return new Response(
            Finite(RiskMeasures.Volatility(r, periods)),
            Finite(RiskMeasures.Sharpe(r, periods)),
            Finite(RiskMeasures.Sortino(r, periods)),
            Finite(RiskMeasures.MaxDrawdown(r)),
            Finite(RiskMeasures.Calmar(r, periods)),
            Finite(RiskMeasures.ValueAtRisk(r, confidence)),
            Finite(RiskMeasures.ConditionalValueAtRisk(r, confidence)),
            benchmark is null ? null : Finite(RiskMeasures.Beta(r, benchmark)),
            benchmark is null ? null : Finite(RiskMeasures.Alpha(r, benchmark, periods)),
            Finite(RiskMeasures.Skew(r)),
            Finite(RiskMeasures.Kurtosis(r)),
            forecast is null || baseline is null || !double.IsFinite(forecast.Value)
                ? null
                : new VolatilityForecast(
                    forecast.Model,
                    1,
                    forecast.Value,
                    new ForecastRecord(
                        forecast.Periods,
                        forecast.Candidates[0].Qlike,
                        new VolatilityBaseline(baseline.Model, baseline.Qlike)
                    )
                ),
            benchmark is null ? null : Finite(RiskMeasures.TrackingError(r, benchmark, periods)),
            benchmark is null ? null : Finite(RiskMeasures.InformationRatio(r, benchmark, periods)),
            r.Length,
            measured.Days is { Length: > 0 } days ? days[0] : null,
            measured.Days is { Length: > 0 } to ? to[^1] : null,
            measured.Source
        );
    }

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
