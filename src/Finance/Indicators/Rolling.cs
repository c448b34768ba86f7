using System.Runtime.CompilerServices;

namespace AgentInvest.Finance.Indicators;

/// <summary>
/// The exponential family: the average of the first <paramref name="periods"/> values, from then on a step of <paramref name="k"/> towards
/// each new one. After a NaN it starts again.
/// </summary>
public struct Smoother(int periods, double k)
{
    private int _count;
    private double _value;

    /// <summary>k = 2 ÷ (n + 1).</summary>
    public static Smoother Ema(int periods) => new(periods, 2d / (periods + 1));

    /// <summary>Wilder's, k = 1 ÷ n; also known as SMMA.</summary>
    public static Smoother Wilder(int periods) => new(periods, 1d / periods);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Add(double x)
    {
        if (!double.IsFinite(x)) return Restart();
        if (_count >= periods) return _value += k * (x - _value);
        _value = _count == 0 ? x : _value + x;
        return ++_count < periods ? double.NaN : _value /= periods;
    }

    private double Restart()
    {
        _count = 0;
        return double.NaN;
    }
}

/// <summary>
/// The sum of the last <paramref name="periods"/> values at constant cost, without ever taking anything away: a window is the end of the
/// block of n values before, whose sums to the end were made when it was full, and the beginning of the present block. So nothing drifts,
/// whatever the number of bars, a spike leaves no trace, zeros are zero; and a NaN, as the places before the first bar are, holds as long
/// as it is in the window.
/// </summary>
public struct RollingSum(int periods)
{
    private readonly double[] _block = Blocks.Blank(periods);
    private int _at;
    private double _sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Add(double x)
    {
        var block = _block;
        var at = _at;
        var sum = _sum += x;
        block[at++] = x;
        if ((uint)at >= (uint)block.Length) return Fold(sum);
        _at = at;
        return sum + block[at];
    }

    private double Fold(double sum)
    {
        for (var i = periods - 2; i >= 0; i--) _block[i] += _block[i + 1];
        (_at, _sum) = (0, 0);
        return sum;
    }
}

internal static class Blocks
{
    public static double[] Blank(int periods)
    {
        var block = new double[periods];
        block.AsSpan().Fill(double.NaN);
        return block;
    }
}

/// <summary>
/// Mean and sum of squared deviations of the last <paramref name="periods"/> values, by blocks like <see cref="RollingSum"/>: each side by
/// Welford's update, joined by Chan's formula. No squares of prices cancel, and equal values deviate by exactly nothing.
/// </summary>
public struct RollingMoments(int periods)
{
    private readonly double[] _means = Blocks.Blank(periods),
        _squares = Blocks.Blank(periods),
        _shares = Enumerable.Range(1, periods).Select(i => 1d / i).ToArray();
    private int _at;
    private double _mean, _sum;

    public double Mean { get; private set; }
    public double Squares { get; private set; }
    public readonly double Deviation => Math.Sqrt(Squares / periods);

    /// <summary>Answers whether the window is full.</summary>
    public bool Add(double x)
    {
        // The values of the present block are kept in _means until it is full.
        var distance = x - _mean;
        _mean += distance * _shares[_at];
        _sum += distance * (x - _mean);
        _means[_at++] = x;
        if (_at == periods) Fold();
        else
        {
            var apart = _means[_at] - _mean;
            var older = (double)(periods - _at) / periods;
            (Mean, Squares) = (_mean + apart * older, _sum + _squares[_at] + apart * apart * older * _at);
        }
        return !double.IsNaN(Squares);
    }

    private void Fold()
    {
        (Mean, Squares) = (_mean, _sum);
        (_at, _mean, _sum) = (0, 0, 0);
        var (mean, sum) = (0d, 0d);
        for (var i = periods - 1; i >= 0; i--)
        {
            var distance = _means[i] - mean;
            mean += distance * _shares[periods - 1 - i];
            sum += distance * (_means[i] - mean);
            (_means[i], _squares[i]) = (mean, sum);
        }
    }
}

/// <summary>
/// The last <paramref name="periods"/> values side by side, oldest first, for what has to look at all of them; nothing is carried over, so
/// nothing drifts.
/// </summary>
public struct Window(int periods)
{
    // Every value is written twice, a window apart, so that any full window is one span.
    private readonly double[] _twice = new double[2 * periods];
    private int _at, _count, _same;
    private double _last = double.NaN;

    /// <summary>Whether all values are the same, so that deviations are zero and not rounding.</summary>
    public readonly bool IsFlat => _same >= periods;

    public readonly ReadOnlySpan<double> Values => _twice.AsSpan(_at, periods);

    /// <summary>The newest values only.</summary>
    public readonly ReadOnlySpan<double> Newest(int count) => _twice.AsSpan(_at + periods - count, count);

    /// <summary>Answers whether the window is full now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Add(double x)
    {
        if (!double.IsFinite(x)) x = double.NaN;
        _same = x == _last ? _same + 1 : 1;
        _last = x;
        _twice[_at] = x;
        _twice[_at + periods] = x;
        if (++_at == periods) _at = 0;
        if (_count < periods) _count++;
        return _count == periods;
    }
}

/// <summary>The highest of the last <paramref name="periods"/> values, by blocks like <see cref="RollingSum"/>.</summary>
public struct RollingMax(int periods)
{
    private readonly double[] _block = Blocks.Blank(periods);
    private int _at;
    private double _max = double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Add(double x)
    {
        var block = _block;
        var at = _at;
        // Math.Max hands a NaN on.
        var max = _max = Math.Max(_max, x);
        block[at++] = x;
        if ((uint)at >= (uint)block.Length) return Fold(max);
        _at = at;
        return Math.Max(max, block[at]);
    }

    private double Fold(double max)
    {
        for (var i = periods - 2; i >= 0; i--) _block[i] = Math.Max(_block[i], _block[i + 1]);
        (_at, _max) = (0, double.NegativeInfinity);
        return max;
    }
}

/// <summary>The lowest of the last <paramref name="periods"/> values.</summary>
public struct RollingMin(int periods)
{
    private RollingMax _max = new(periods);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Add(double x) => -_max.Add(-x);
}

/// <summary>What was added <paramref name="periods"/> bars before; NaN while there is none.</summary>
public struct Delay
{
    private readonly double[] _ring;
    private int _at;

    public Delay(int periods)
    {
        _ring = new double[periods];
        _ring.AsSpan().Fill(double.NaN);
    }

    public double Add(double x)
    {
        if (_ring.Length == 0) return x;
        var old = _ring[_at];
        _ring[_at] = x;
        if (++_at == _ring.Length) _at = 0;
        return old;
    }
}

/// <summary>The largest of high − low and the distances of both to the close before; NaN on the first bar.</summary>
public struct TrueRange()
{
    private double _close = double.NaN;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Add(in Ohlcv bar)
    {
        // The close before is NaN on the first bar, and so are its distances, and Math.Max hands a NaN on.
        var range = Math.Max(bar.High - bar.Low, Math.Max(Math.Abs(bar.High - _close), Math.Abs(bar.Low - _close)));
        _close = bar.Close;
        return range;
    }
}
