using System.Runtime.CompilerServices;

namespace AgentInvest.Finance.Indicators;

/// <summary>
/// The exponential family: the average of the first <paramref name="periods"/> values, from then on a step of <paramref name="k"/> towards each new one.
/// After a NaN it starts again.
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
/// The sum of the last <paramref name="periods"/> values at constant cost. What rounding takes away is kept in a second double (Knuth's two-sum), so the
/// sum neither drifts over tens of thousands of bars nor loses the small values after a spike; with nothing but zeros in the window it is exactly zero.
/// NaN while the window is not full or holds a NaN.
/// </summary>
public struct RollingSum(int periods)
{
    private readonly double[] _ring = new double[periods];
    private int _at, _missing = periods, _nonzero;
    private double _sum, _rest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Add(double x)
    {
        var ring = _ring;
        if ((uint)_at >= (uint)ring.Length) _at = 0;
        var old = ring[_at];
        ring[_at++] = x;
        if (_missing > 0 || !double.IsFinite(x)) (x, old) = Count(x, old);
        _nonzero += (x != 0 ? 1 : 0) - (old != 0 ? 1 : 0);
        var change = x - old;
        var part = change - x;
        var lost = x - (change - part) - (old + part);
        var sum = _sum + change;
        part = sum - _sum;
        _rest = _nonzero == 0 ? 0 : _rest + (lost + (_sum - (sum - part) + (change - part)));
        _sum = _nonzero == 0 ? 0 : sum;
        return _missing > 0 ? double.NaN : _sum + _rest;
    }

    /// <summary>While places are empty or hold no number: those count as zero.</summary>
    private (double X, double Old) Count(double x, double old)
    {
        // A place is missing until a finite value is written to it; empty ones hold 0, so only the first round tells them by its count.
        if (_filled < _ring.Length) _filled++;
        else if (!double.IsFinite(old)) _bad--;
        if (!double.IsFinite(x)) _bad++;
        _missing = _ring.Length - _filled + _bad;
        return (double.IsFinite(x) ? x : 0, double.IsFinite(old) ? old : 0);
    }

    private int _filled, _bad;
}

/// <summary>The last <paramref name="periods"/> values side by side, oldest first, for what has to look at all of them; nothing is carried over, so nothing drifts.</summary>
public struct Window(int periods)
{
    // Every value is written twice, a window apart, so that any full window is one span.
    private readonly double[] _twice = new double[2 * periods];
    private int _at, _count, _same;
    private double _last = double.NaN;

    /// <summary>Whether there are enough values; answers for <see cref="Add"/> what came before it.</summary>
    public readonly bool IsFull => _count == periods;

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

/// <summary>The highest of the last <paramref name="periods"/> values by a queue of candidates, each falling from its front: constant cost on average.</summary>
public struct RollingMax(int periods)
{
    private readonly double[] _values = new double[periods];
    private readonly long[] _indexes = new long[periods];
    private int _head, _size, _valid;
    private long _index;

    /// <summary>How many bars ago the highest was; of equal ones the oldest counts.</summary>
    public readonly int Age => (int)(_index - 1 - _indexes[_head]);

    public double Add(double x)
    {
        var index = _index++;
        if (double.IsNaN(x))
        {
            _valid = _size = 0;
            return double.NaN;
        }
        if (_size > 0 && _indexes[_head] <= index - periods)
        {
            _head = _head + 1 == periods ? 0 : _head + 1;
            _size--;
        }
        while (_size > 0 && _values[Place(_size - 1)] < x) _size--;
        var at = Place(_size++);
        _values[at] = x;
        _indexes[at] = index;
        if (_valid < periods) _valid++;
        return _valid < periods ? double.NaN : _values[_head];
    }

    private readonly int Place(int offset)
    {
        var at = _head + offset;
        return at >= periods ? at - periods : at;
    }
}

/// <summary>The lowest of the last <paramref name="periods"/> values.</summary>
public struct RollingMin(int periods)
{
    private RollingMax _max = new(periods);

    public readonly int Age => _max.Age;

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

/// <summary>The widest of high − low and the distances of both to the close before; NaN on the first bar.</summary>
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
