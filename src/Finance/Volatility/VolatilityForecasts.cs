using AgentInvest.Finance.Optimization;

namespace AgentInvest.Finance.Volatility;

/// <summary>Forecasts of the next period's variance.</summary>
public static class VolatilityForecasts
{
    /// <summary>RiskMetrics' decay for daily data.</summary>
    public const double Decay = 0.94;

    /// <summary>
    /// σ²ₜ₊₁ = λσ²ₜ + (1 − λ)vₜ from the first value on: what is expected of each period from those before it, and of the one after the
    /// last.
    /// </summary>
    public static double[] Ewma(ReadOnlySpan<double> variances, double decay = Decay)
    {
        var forecast = new double[variances.Length + 1];
        if (variances.Length > 0) forecast[0] = variances[0];
        for (var t = 0; t < variances.Length; t++) forecast[t + 1] = decay * forecast[t] + (1 - decay) * variances[t];
        return forecast;
    }

    /// <summary>The variance estimated from a day's range (Garman and Klass 1980): ½ ln²(H÷L) − (2 ln 2 − 1) ln²(C÷O).</summary>
    public static double GarmanKlass(double open, double high, double low, double close)
    {
        var (range, body) = (Math.Log(high / low), Math.Log(close / open));
        return range * range / 2 - (2 * Math.Log(2) - 1) * body * body;
    }

    /// <summary>
    /// Mean of v÷f − ln(v÷f) − 1: 0 for a perfect forecast, and its order of forecasts survives a noisy v (Patton 2011). Periods without
    /// variance are left out.
    /// </summary>
    public static double? Qlike(ReadOnlySpan<double> variances, ReadOnlySpan<double> forecasts)
    {
        var (sum, count) = (0.0, 0);
        for (var t = 0; t < variances.Length; t++)
        {
            if (!(variances[t] > 0) || !(forecasts[t] > 0)) continue;
            var ratio = variances[t] / forecasts[t];
            sum += ratio - Math.Log(ratio) - 1;
            count++;
        }
        return count == 0 ? null : sum / count;
    }
}

/// <summary>
/// Corsi's heterogeneous autoregression (2009) on log variances: the day's, the week's and the month's mean variance, with the last day's
/// and week's falls (leverage), by least squares; the forecast is the mean of the lognormal.
/// </summary>
/// <remarks>
/// Compared variants: QLIKE a day ahead, S&amp;P 500 from 2010 to March 2022, Garman-Klass variance without the overnight gap,
/// refitted at each new year on all the past. This one 0.367; with the last day's fall alone 0.3755; with neither fall 0.398, and 0.473
/// without exp(s²÷2). Means of logs in place of logs of means: 0.368, 0.377 and 0.404. EWMA 0.469. Parkinson's variance is forecast worse
/// by all, 0.408 this one and EWMA 0.498.
/// </remarks>
public sealed class LogHar
{
    /// <summary>Days that must come before the first forecast.</summary>
    public const int Lags = 22;

    private readonly double[] _coefficients;
    private readonly double _residual;

    private LogHar(double[] coefficients, double residual) => (_coefficients, _residual) = (coefficients, residual);

    /// <param name="variances">Positive, such as <see cref="VolatilityForecasts.GarmanKlass"/>.</param>
    /// <param name="returns">Of the same days.</param>
    public static LogHar Fit(ReadOnlySpan<double> variances, ReadOnlySpan<double> returns)
    {
        const int k = 6;
        if (variances.Length < Lags + 2 * k)
            throw new ArgumentException($"A log-HAR takes {Lags + 2 * k} days or more.", nameof(variances));
        var (normal, right, squares) = (new double[k * k], new double[k], 0.0);
        for (var t = Lags; t < variances.Length; t++)
        {
            var (x, y) = (Features(variances[..t], returns[..t]), Math.Log(variances[t]));
            for (var i = 0; i < k; i++)
            {
                Dense.AddScaled(normal.AsSpan(i * k, k), x[i], x);
                right[i] += x[i] * y;
            }
            squares += y * y;
        }
        // A feature that is zero throughout would make the system singular: a small ridge term keeps it regular.
        for (var i = 0; i < k; i++) normal[i * k + i] += 1e-10;
        var b = Dense.Solve(normal, right)!;
        var left = squares - 2 * Dense.Dot(b, right) + Dense.Quadratic(normal, b);
        return new LogHar(b, Math.Max(0, left) / (variances.Length - Lags));
    }

    /// <summary>The variance expected of the day after the last.</summary>
    public double Forecast(ReadOnlySpan<double> variances, ReadOnlySpan<double> returns) =>
        Math.Exp(Dense.Dot(_coefficients, Features(variances, returns)) + _residual / 2);

    private static double[] Features(ReadOnlySpan<double> variances, ReadOnlySpan<double> returns)
    {
        var (week, month, fall) = (0.0, 0.0, 0.0);
        for (var i = 1; i <= Lags; i++)
        {
            month += variances[^i];
            if (i > 5) continue;
            week += variances[^i];
            fall += returns[^i];
        }
        return
        [
            1,
            Math.Log(variances[^1]),
            Math.Log(week / 5),
            Math.Log(month / Lags),
            Math.Min(0, returns[^1]) * 100,
            Math.Min(0, fall) * 100,
        ];
    }
}
