using AgentInvest.Finance.Risk;

namespace AgentInvest.Finance.Volatility;

/// <summary>How a model's one-period forecasts did on returns it had not seen; QLIKE against squared returns, lower is better.</summary>
public sealed record ForecastRecord(string Model, double Qlike);

/// <param name="Value">Annual volatility expected of the next period.</param>
/// <param name="Periods">How many returns the records are of.</param>
/// <param name="Candidates">All that were tried, best first; <c>constant</c>, the variance of all the past, is the baseline.</param>
public sealed record VolatilityForecast(string Model, double Value, int Periods, IReadOnlyList<ForecastRecord> Candidates);

/// <summary>
/// The forecast of whichever model did best out of sample on the last third of the returns: <c>ewma</c>, and with a year and more
/// <c>garch</c> and <c>gjrGarch</c>, refitted to all the past along the way.
/// </summary>
public static class VolatilityChoice
{
    /// <summary>Returns needed at least for an out-of-sample record.</summary>
    public const int MinReturns = 60;

    /// <summary>Returns used at most, the latest: ten years of days.</summary>
    public const int MaxReturns = 2520;

    private const int MinReturnsToFit = 250;
    private const int Refits = 4;

    public static VolatilityForecast? Choose(ReadOnlySpan<double> returns, double periods)
    {
        if (returns.Length > MaxReturns) returns = returns[^MaxReturns..];
        if (returns.Length < MinReturns || RiskMeasures.Covariance(returns, returns) is not > 0) return null;
        var squares = new double[returns.Length];
        for (var t = 0; t < squares.Length; t++) squares[t] = returns[t] * returns[t];
        var start = returns.Length - returns.Length / 3;
        var forecasts = new Dictionary<string, double[]> { ["constant"] = Constant(squares), ["ewma"] = VolatilityForecasts.Ewma(squares) };
        if (start >= MinReturnsToFit)
        {
            forecasts["garch"] = Fitted(returns, start, r => Garch.Fit(r));
            forecasts["gjrGarch"] = Fitted(returns, start, r => Garch.FitAsymmetric(r));
        }
        var records = forecasts
            .Select(f => new ForecastRecord(
                f.Key,
                VolatilityForecasts.Qlike(squares.AsSpan(start), f.Value.AsSpan(start)) ?? double.PositiveInfinity
            ))
            .Where(r => double.IsFinite(r.Qlike))
            .OrderBy(r => r.Qlike)
            .ToList();
        return records.Count == 0
            ? null
            : new VolatilityForecast(
                records[0].Model,
                Math.Sqrt(forecasts[records[0].Model][^1] * periods),
                returns.Length - start,
                records
            );
    }

    private static double[] Constant(double[] squares)
    {
        var forecast = new double[squares.Length + 1];
        forecast[0] = squares[0];
        var sum = 0.0;
        for (var t = 0; t < squares.Length; t++) forecast[t + 1] = (sum += squares[t]) / (t + 1);
        return forecast;
    }

    private delegate GarchModel Fit(ReadOnlySpan<double> returns);

    /// <summary>From <paramref name="start"/> on each forecast is of a model that saw only what came before.</summary>
    private static double[] Fitted(ReadOnlySpan<double> returns, int start, Fit fit)
    {
        var forecast = new double[returns.Length + 1];
        var step = Math.Max(1, (returns.Length - start + Refits - 1) / Refits);
        for (var at = start; at < returns.Length; at += step)
        {
            var to = Math.Min(at + step, returns.Length);
            var variances = fit(returns[..at]).Continue(returns[..at], returns[..to]);
            variances.AsSpan(at, to - at).CopyTo(forecast.AsSpan(at));
        }
        forecast[^1] = fit(returns).Variances(returns)[^1];
        return forecast;
    }
}
