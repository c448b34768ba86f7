namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>Least squares of the last n values over time.</summary>
internal struct Regression(int n)
{
    private readonly double[] _time = Centered(n);
    private readonly double _timeSquares = n * (n * (double)n - 1) / 12;
    private Window _window = new(n);
    private RollingMoments _moments = new(n);

    public readonly double Mean => _moments.Mean;
    public double Slope { get; private set; }
    public readonly double Deviation => _moments.Deviation;
    public readonly double RSquared => Deviation == 0 ? double.NaN : Slope * Slope * _timeSquares / (n * Deviation * Deviation);

    /// <summary>The line at the newest value.</summary>
    public readonly double End => Mean + Slope * (n - 1) / 2;

    private static double[] Centered(int n) => Enumerable.Range(0, n).Select(i => i - (n - 1) / 2d).ToArray();

    public bool Add(double x)
    {
        if (!(_window.Add(x) & _moments.Add(x))) return false;
        Slope = _window.IsFlat ? 0 : Sums.Dot(_time, _window.Values, Mean) / _timeSquares;
        return true;
    }
}

/// <summary>
/// Slope per bar and intercept at bar 0 of the series; the line is that of the last n bars alone, so it is drawn anew by every bar.
/// </summary>
public struct Slope(int n) : IKernel
{
    private Regression _line = new(n);
    private long _count;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        _count++;
        row.Fill(double.NaN);
        if (!_line.Add(bar.Close)) return;
        (row[0], row[1]) = (_line.Slope, _line.Mean - _line.Slope * (_count - (n - 1) / 2d));
        (row[2], row[3], row[4]) = (_line.Deviation, _line.RSquared, _line.End);
    }

    internal static void Redraw(IndicatorSeries series, Arguments args)
    {
        var (n, last) = (args.Whole(0), series.Count - 1);
        for (var i = 0; i < last; i++)
            series[i, 4] = last + 1 < n || i <= last - n ? double.NaN : series[last, 0] * (i + 1) + series[last, 1];
    }
}

/// <summary>The regression's value at the newest bar.</summary>
public struct Epma(int n) : IKernel
{
    private Regression _line = new(n);

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _line.Add(bar.Close) ? _line.End : double.NaN;
}

/// <summary>
/// Regression lines of n bars each, counted back from the newest bar, and a number of deviations around them: drawn anew by every bar.
/// </summary>
public struct DeviationChannels(int n, double deviations) : IKernel
{
    private Regression _line = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row.Fill(double.NaN);
        row[3] = 0;
        if (!_line.Add(bar.Close)) return;
        var width = deviations * _line.Deviation;
        (row[0], row[1], row[2]) = (_line.End, _line.End + width, _line.End - width);
        (row[4], row[5]) = (_line.Slope, width);
    }

    internal static void Redraw(IndicatorSeries series, Arguments args)
    {
        var (n, last) = (args.Whole(0), series.Count - 1);
        for (var i = 0; i <= (last + 1) % n - 1; i++) series[i, 0] = series[i, 1] = series[i, 2] = double.NaN;
        for (var end = last; end >= n - 1; end -= n)
        {
            var (value, slope, width) = (series[end, 0], series[end, 4], series[end, 5]);
            for (var i = end - n + 1; i <= end; i++)
            {
                var center = value - slope * (end - i);
                (series[i, 0], series[i, 1], series[i, 2], series[i, 3]) = (
                    center,
                    center + width,
                    center - width,
                    i == end - n + 1 ? 1 : 0
                );
            }
        }
    }
}

/// <summary>Variances, covariance and correlation of two series, of a population.</summary>
internal struct Comovement(int n)
{
    private Window _a = new(n), _b = new(n);

    public double VarianceA { get; private set; }
    public double VarianceB { get; private set; }
    public double Covariance { get; private set; }

    public bool Add(double a, double b)
    {
        if (!(_a.Add(a) & _b.Add(b))) return false;
        var x = _a.Values;
        var y = _b.Values;
        var (meanX, meanY) = (Sums.Sum(x) / n, Sums.Sum(y) / n);
        VarianceA = _a.IsFlat ? 0 : Sums.SquaredDeviations(x, meanX) / n;
        VarianceB = _b.IsFlat ? 0 : Sums.SquaredDeviations(y, meanY) / n;
        var sum = 0d;
        for (var i = 0; i < n; i++) sum += (x[i] - meanX) * (y[i] - meanY);
        Covariance = _a.IsFlat || _b.IsFlat ? 0 : sum / n;
        return true;
    }

    /// <summary>Slope of b on a over those bars where a has the wanted sign, 0 for all.</summary>
    public readonly double Beta(int sign)
    {
        var (count, sumX, sumY, xx, xy) = (0, 0d, 0d, 0d, 0d);
        var x = _a.Values;
        var y = _b.Values;
        for (var i = 0; i < n; i++)
            if (sign == 0 || Math.Sign(x[i]) == sign) (count, sumX, sumY) = (count + 1, sumX + x[i], sumY + y[i]);
        if (count == 0 || _a.IsFlat) return double.NaN;
        var (meanX, meanY) = (sumX / count, sumY / count);
        for (var i = 0; i < n; i++)
            if (sign == 0 || Math.Sign(x[i]) == sign)
                (xx, xy) = (xx + (x[i] - meanX) * (x[i] - meanX), xy + (x[i] - meanX) * (y[i] - meanY));
        return xx == 0 || count == 1 ? double.NaN : xy / xx;
    }
}

public struct Correlation(int n) : IKernel
{
    private Comovement _both = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row.Fill(double.NaN);
        if (!_both.Add(bar.Close, bar.Other)) return;
        var scale = Math.Sqrt(_both.VarianceA * _both.VarianceB);
        var correlation = scale == 0 ? double.NaN : _both.Covariance / scale;
        (row[0], row[1], row[2], row[3], row[4]) = (
            _both.VarianceA,
            _both.VarianceB,
            _both.Covariance,
            correlation,
            correlation * correlation
        );
    }
}

/// <summary>Which betas are computed.</summary>
public enum BetaKind { Standard, Up, Down, All }

/// <summary>Slope of the returns on those of the other series, the market: on all days, on its rises, on its falls.</summary>
public struct Beta(int n, BetaKind kind) : IKernel
{
    private Comovement _returns = new(n);
    private double _close, _other;
    private int _count;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row.Fill(double.NaN);
        row[5] = _close == 0 ? 0 : bar.Close / _close - 1;
        row[6] = _other == 0 ? 0 : bar.Other / _other - 1;
        _returns.Add(row[6], row[5]);
        (_close, _other) = (bar.Close, bar.Other);
        // The first bar has no return.
        if (_count++ < n) return;
        if (kind is BetaKind.Standard or BetaKind.All) row[0] = _returns.Beta(0);
        if (kind is BetaKind.Up or BetaKind.All) row[1] = _returns.Beta(1);
        if (kind is BetaKind.Down or BetaKind.All) row[2] = _returns.Beta(-1);
        if (kind != BetaKind.All) return;
        row[3] = row[2] == 0 ? double.NaN : row[1] / row[2];
        row[4] = (row[1] - row[2]) * (row[1] - row[2]);
    }
}

/// <summary>Price relative to the other series, and the difference of their changes over n bars.</summary>
public struct Prs(int n) : IKernel
{
    private Delay _close = new(n), _other = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (close, other) = (_close.Add(bar.Close), _other.Add(bar.Other));
        row[0] = bar.Other == 0 ? double.NaN : bar.Close / bar.Other;
        row[1] = close == 0 || other == 0 ? double.NaN : (bar.Close - close) / close - (bar.Other - other) / other;
    }
}
