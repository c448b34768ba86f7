namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>Plain mean of the last n closes.</summary>
public struct Sma(int n) : IKernel
{
    private RollingSum _sum = new(n);

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _sum.Add(bar.Close) / n;
}

/// <summary>The mean, and how closely the closes hold to it: mean absolute, squared and relative deviation.</summary>
public struct SmaAnalysis(int n) : IKernel
{
    private Window _window = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row.Fill(double.NaN);
        if (!_window.Add(bar.Close)) return;
        var values = _window.Values;
        var mean = _window.IsFlat ? bar.Close : Sums.Sum(values) / n;
        var relative = 0d;
        foreach (var value in values) relative += value == 0 ? double.NaN : Math.Abs(value - mean) / value;
        (row[0], row[1], row[2], row[3]) = (
            mean,
            Sums.AbsoluteDeviations(values, mean) / n,
            Sums.SquaredDeviations(values, mean) / n,
            relative / n
        );
    }
}

public struct Ema(int n) : IKernel
{
    private Smoother _ema = Smoother.Ema(n);

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _ema.Add(bar.Close);
}

/// <summary>Wilder's average.</summary>
public struct Smma(int n) : IKernel
{
    private Smoother _average = Smoother.Wilder(n);

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _average.Add(bar.Close);
}

/// <summary>Three nested averages, all begun at the first mean of n: the base of DEMA, TEMA and TRIX.</summary>
internal struct Cascade(int n)
{
    private readonly double _k = 2d / (n + 1);
    private int _count;

    public double One { get; private set; }
    public double Two { get; private set; }
    public double Three { get; private set; }

    /// <summary>Answers whether there are averages; <paramref name="begun"/> whether there were before.</summary>
    public bool Add(double x, out bool begun)
    {
        begun = _count >= n;
        if (begun)
        {
            One += _k * (x - One);
            Two += _k * (One - Two);
            Three += _k * (Two - Three);
            return true;
        }
        One += x;
        if (++_count < n) return false;
        One = Two = Three = One / n;
        return true;
    }
}

public struct Dema(int n) : IKernel
{
    private Cascade _ema = new(n);

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _ema.Add(bar.Close, out _) ? 2 * _ema.One - _ema.Two : double.NaN;
}

public struct Tema(int n) : IKernel
{
    private Cascade _ema = new(n);

    public void Next(in Ohlcv bar, Span<double> row) =>
        row[0] = _ema.Add(bar.Close, out _) ? 3 * _ema.One - 3 * _ema.Two + _ema.Three : double.NaN;
}

/// <summary>Percent change of the triple average.</summary>
public struct Trix(int n) : IKernel
{
    private Cascade _ema = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var before = _ema.Three;
        row[0] = row[1] = double.NaN;
        if (!_ema.Add(bar.Close, out var begun) || !begun) return;
        row[0] = _ema.Three;
        if (before != 0) row[1] = 100 * (_ema.Three - before) / before;
    }
}

/// <summary>Tillson's T3: six averages in a row, all begun at the first close.</summary>
public struct T3(int n, double volumeFactor) : IKernel
{
    private readonly double _k = 2d / (n + 1);
    private bool _begun;
    private double _1, _2, _3, _4, _5, _6;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        if (!_begun) _1 = _2 = _3 = _4 = _5 = _6 = bar.Close;
        _begun = true;
        _1 += _k * (bar.Close - _1);
        _2 += _k * (_1 - _2);
        _3 += _k * (_2 - _3);
        _4 += _k * (_3 - _4);
        _5 += _k * (_4 - _5);
        _6 += _k * (_5 - _6);
        var (a, a2, a3) = (volumeFactor, volumeFactor * volumeFactor, volumeFactor * volumeFactor * volumeFactor);
        row[0] = -a3 * _6 + 3 * (a2 + a3) * _5 - (6 * a2 + 3 * a + 3 * a3) * _4 + (1 + 3 * a + a3 + 3 * a2) * _3;
    }
}

/// <summary>Weights 1…n, the newest heaviest.</summary>
public struct Wma(int n) : IKernel
{
    private readonly double[] _weights = Sums.Ramp(n);
    private Window _window = new(n);

    public void Next(in Ohlcv bar, Span<double> row) =>
        row[0] = _window.Add(bar.Close) ? Sums.Dot(_window.Values, _weights) / (n * (n + 1d) / 2) : double.NaN;
}

/// <summary>Hull's: WMA(√n) of 2·WMA(n ÷ 2) − WMA(n).</summary>
public struct Hma(int n) : IKernel
{
    private readonly int _half = n / 2, _root = (int)Math.Sqrt(n);
    private readonly double[] _weights = Sums.Ramp(n);
    private Window _window = new(n), _differences = new((int)Math.Sqrt(n));

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = double.NaN;
        if (_window.Add(bar.Close) && _differences.Add(2 * Weighted(_window.Newest(_half)) - Weighted(_window.Values)))
            row[0] = Weighted(_differences.Values);
    }

    private readonly double Weighted(ReadOnlySpan<double> values) =>
        Sums.Dot(values, _weights.AsSpan(0, values.Length)) / (values.Length * (values.Length + 1d) / 2);
}

/// <summary>Arnaud Legoux's: Gaussian weights around <paramref name="offset"/> of the window, n ÷ <paramref name="sigma"/> wide.</summary>
public struct Alma : IKernel
{
    private readonly double[] _weights;
    private Window _window;

    public Alma(int n, double offset, double sigma)
    {
        var (middle, width) = (offset * (n - 1), n / sigma);
        var weights = Enumerable.Range(0, n).Select(i => Math.Exp(-(i - middle) * (i - middle) / (2 * width * width))).ToArray();
        var total = weights.Sum();
        (_weights, _window) = (weights.Select(w => w / total).ToArray(), new Window(n));
    }

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _window.Add(bar.Close) ? Sums.Dot(_window.Values, _weights) : double.NaN;
}

/// <summary>Kaufman's: smoothed the more, the lower the efficiency ratio (net change ÷ path).</summary>
public struct Kama(int n, int fast, int slow) : IKernel
{
    private readonly double _fast = 2d / (fast + 1), _slow = 2d / (slow + 1);
    private Delay _before = new(n);
    private RollingSum _path = new(n);
    private double _close = double.NaN, _kama;
    private int _count;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var change = Math.Abs(bar.Close - _before.Add(bar.Close));
        var path = _path.Add(Math.Abs(bar.Close - _close));
        _close = bar.Close;
        row[0] = row[1] = double.NaN;
        if (++_count < n) return;
        if (_count == n)
        {
            row[1] = _kama = bar.Close;
            return;
        }
        row[0] = path == 0 ? 0 : change / path;
        var step = row[0] * (_fast - _slow) + _slow;
        row[1] = _kama = path == 0 ? bar.Close : _kama + step * step * (bar.Close - _kama);
    }
}

/// <summary>McGinley's dynamic: previous + (close − previous) ÷ (k · n · (close ÷ previous)⁴).</summary>
public struct Dynamic(int n, double factor) : IKernel
{
    private double _value = double.NaN, _close = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var before = double.IsNaN(_value) ? _close : _value;
        var ratio = bar.Close / before;
        _close = bar.Close;
        // More than tenfold away the fourth power would freeze the value or make it diverge: it restarts.
        row[0] = _value = ratio is >= 0.1 and <= 10 ? before + (bar.Close - before) / (factor * n * Math.Pow(ratio, 4)) : double.NaN;
    }
}

/// <summary>Weighted by volume.</summary>
public struct Vwma(int n) : IKernel
{
    private RollingSum _money = new(n), _volume = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (money, volume) = (_money.Add(bar.Close * bar.Volume), _volume.Add(bar.Volume));
        row[0] = volume == 0 ? double.NaN : money / volume;
    }
}

/// <summary>Percent above and below an average.</summary>
public struct Envelopes<T>(T average, double percent) : IKernel where T : struct, IKernel
{
    private T _average = average;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        _average.Next(bar, row);
        var offset = row[0] * (percent / 100);
        (row[1], row[2]) = (row[0] + offset, row[0] - offset);
    }
}
