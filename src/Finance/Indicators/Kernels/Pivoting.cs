using System.Globalization;

namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>Answers, <paramref name="right"/> bars later, whether a bar stood above or below all its neighbours.</summary>
internal struct Extremes(int left, int right, bool atClose)
{
    private Window _highs = new(left + 1 + right), _lows = new(left + 1 + right);

    public (double High, double Low) Add(in Ohlcv bar)
    {
        var full = _highs.Add(atClose ? bar.Close : bar.High) & _lows.Add(atClose ? bar.Close : bar.Low);
        return full ? (Peak(_highs.Values, 1), Peak(_lows.Values, -1)) : (double.NaN, double.NaN);
    }

    private readonly double Peak(ReadOnlySpan<double> values, int sign)
    {
        for (var i = 0; i < values.Length; i++)
            if (i != left && sign * values[i] >= sign * values[left]) return double.NaN;
        return values[left];
    }
}

/// <summary>Bill Williams' fractals.</summary>
public struct Fractal(int span, bool atClose) : IKernel
{
    private Extremes _extremes = new(span, span, atClose);

    public void Next(in Ohlcv bar, Span<double> row) => (row[0], row[1]) = _extremes.Add(bar);
}

/// <summary>Fractal chaos bands: the last fractals known.</summary>
public struct Fcb(int span) : IKernel
{
    private Extremes _extremes = new(span, span, false);
    private double _upper = double.NaN, _lower = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (high, low) = _extremes.Add(bar);
        row[0] = _upper = double.IsNaN(high) ? _upper : high;
        row[1] = _lower = double.IsNaN(low) ? _lower : low;
    }
}

/// <summary>Turning points, the lines that join them, and their trends: 0 higher high, 1 lower high, 2 higher low, 3 lower low.</summary>
public struct Pivots(int left, int right, int maxTrend, bool atClose) : IKernel
{
    private Extremes _extremes = new(left, right, atClose);
    private long _bar, _highAt, _lowAt;
    private double _high = double.NaN, _low = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row.Fill(double.NaN);
        (row[0], row[1]) = _extremes.Add(bar);
        _bar++;
        Join(row[0], ref _high, ref _highAt, ref row[2], ref row[4], 0);
        Join(row[1], ref _low, ref _lowAt, ref row[3], ref row[5], 2);
    }

    private readonly void Join(double point, ref double last, ref long lastAt, ref double line, ref double trend, int rising)
    {
        if (double.IsNaN(point)) return;
        // Comparisons with NaN, no point yet, are false.
        if (_bar - lastAt <= maxTrend && Math.Abs(point - last) > 0) (line, trend) = (point, point > last ? rising : rising + 1);
        (last, lastAt) = (point, _bar);
    }

    /// <summary>Draws what lies between two points that were joined.</summary>
    internal static void Redraw(IndicatorSeries series, Arguments args)
    {
        for (var side = 0; side <= 1; side++)
        {
            var last = -1;
            for (var i = 0; i < series.Count; i++)
            {
                if (double.IsNaN(series[i, side])) continue;
                var (point, trend) = (series[i, side], series[i, side + 4]);
                if (!double.IsNaN(trend))
                {
                    var step = (point - series[last, side]) / (i - last);
                    series[last, side + 2] = series[last, side];
                    for (var t = last + 1; t <= i; t++) (series[t, side + 2], series[t, side + 4]) = (point + step * (t - i), trend);
                }
                last = i;
            }
        }
    }
}

/// <summary>How pivot points are made from a past high, low, close and open.</summary>
public enum PivotKind { Standard, Camarilla, Demark, Fibonacci, Woodie }

internal static class PivotLevels
{
    /// <summary>Writes pp, s1…s4, r1…r4; those that a kind does not have are NaN.</summary>
    public static void Write(Span<double> row, PivotKind kind, double open, double high, double low, double close)
    {
        row.Fill(double.NaN);
        var range = high - low;
        var pp = row[0] = kind switch
        {
            PivotKind.Camarilla => close,
            PivotKind.Demark => (
                close < open ? high + 2 * low + close
                : close > open ? 2 * high + low + close
                : high + low + 2 * close
            ) / 4,
            PivotKind.Woodie => (high + low + 2 * open) / 4,
            _ => (high + low + close) / 3,
        };
        switch (kind)
        {
            case PivotKind.Camarilla:
                Around(row, pp, range, [1.1 / 12, 1.1 / 6, 1.1 / 4, 1.1 / 2]);
                break;
            case PivotKind.Fibonacci:
                Around(row, pp, range, [0.382, 0.618, 1]);
                break;
            default:
                (row[1], row[5]) = (2 * pp - high, 2 * pp - low);
                if (kind == PivotKind.Demark) break;
                (row[2], row[6]) = (pp - range, pp + range);
                (row[3], row[7]) = (low - 2 * (high - pp), high + 2 * (pp - low));
                break;
        }
    }

    private static void Around(Span<double> row, double middle, double range, ReadOnlySpan<double> steps)
    {
        for (var i = 0; i < steps.Length; i++) (row[1 + i], row[5 + i]) = (middle - steps[i] * range, middle + steps[i] * range);
    }
}

public enum PivotWindow { Month, Week, Day, Hour }

/// <summary>Levels from the calendar period before: month, week (from Sunday, cut at New Year), day or hour, in UTC.</summary>
public struct PivotPoints(PivotWindow window, PivotKind kind) : IKernel
{
    private long _period = -1;
    private bool _known;
    private double _open, _high, _low, _close;
    private Levels _levels;

    [System.Runtime.CompilerServices.InlineArray(9)]
    private struct Levels
    {
        private double _0;
    }

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var period = Period(bar.T, window);
        if (period != _period)
        {
            _known = _period >= 0;
            if (_known) PivotLevels.Write(_levels, kind, kind == PivotKind.Woodie ? bar.Open : _open, _high, _low, _close);
            (_period, _open, _high, _low) = (period, bar.Open, bar.High, bar.Low);
        }
        if (_known) ((ReadOnlySpan<double>)_levels).CopyTo(row);
        else row.Fill(double.NaN);
        (_high, _low, _close) = (Math.Max(_high, bar.High), Math.Min(_low, bar.Low), bar.Close);
    }

    private static long Period(DateTime t, PivotWindow window) =>
        window switch
        {
            PivotWindow.Month => t.Year * 12L + t.Month,
            PivotWindow.Week => t.Year * 60L
                + CultureInfo.InvariantCulture.Calendar.GetWeekOfYear(t, CalendarWeekRule.FirstDay, DayOfWeek.Sunday),
            PivotWindow.Day => t.Ticks / TimeSpan.TicksPerDay,
            _ => t.Ticks / TimeSpan.TicksPerHour,
        };
}

/// <summary>Levels from n bars that ended <paramref name="offset"/> bars before this one.</summary>
public struct RollingPivots(int n, int offset, PivotKind kind) : IKernel
{
    private RollingMax _high = new(n);
    private RollingMin _low = new(n);
    private Delay _highs = new(offset + 1), _lows = new(offset + 1), _closes = new(offset + 1);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (high, low, close) = (_highs.Add(_high.Add(bar.High)), _lows.Add(_low.Add(bar.Low)), _closes.Add(bar.Close));
        if (double.IsNaN(high)) row.Fill(double.NaN);
        else PivotLevels.Write(row, kind, bar.Open, high, low, close);
    }
}
