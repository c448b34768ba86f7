namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>Wilder's relative strength of a series: 100 − 100 ÷ (1 + mean gain ÷ mean loss).</summary>
internal struct Strength(int n)
{
    private Smoother _gain = Smoother.Wilder(n), _loss = Smoother.Wilder(n);
    private double _last = double.NaN;
    private bool _begun;

    public double Add(double x)
    {
        var change = x - _last;
        _last = x;
        var gain = _gain.Add(change > 0 ? change : double.IsNaN(change) ? change : 0);
        var loss = _loss.Add(change < 0 ? -change : double.IsNaN(change) ? change : 0);
        if (double.IsNaN(gain))
        {
            _begun = false;
            return double.NaN;
        }
        // Without any movement so far RSI is undefined; later, without losses, it is 100.
        var undefined = !_begun && gain == 0 && loss == 0;
        _begun = true;
        return undefined ? double.NaN : loss > 0 ? 100 - 100 / (1 + gain / loss) : 100;
    }
}

public struct Rsi(int n) : IKernel
{
    private Strength _rsi = new(n);

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _rsi.Add(bar.Close);
}

/// <summary>Where a value stands between the lowest and highest of n bars, 0 to 100.</summary>
internal struct Position(int n)
{
    private RollingMax _high = new(n);
    private RollingMin _low = new(n);

    public double Add(double high, double low, double close)
    {
        var (top, bottom) = (_high.Add(high), _low.Add(low));
        if (!(top >= bottom)) return double.NaN;
        return top == bottom ? 0 : close >= top ? 100 : close <= bottom ? 0 : 100 * (close - bottom) / (top - bottom);
    }
}

/// <summary>Mean of n values, plain or Wilder's; one value is itself.</summary>
internal struct Smoothing(int n, bool wilder)
{
    private RollingSum _sum = new(n);
    private double _value = double.NaN;

    public double Add(double x)
    {
        if (n <= 1) return x;
        var mean = _sum.Add(x) / n;
        if (!wilder) return mean;
        // The first mean already has the newest value in it, and takes a step towards it all the same: so the source defines it.
        var before = double.IsNaN(_value) ? mean : _value;
        return _value = double.IsFinite(x) ? (before * (n - 1) + x) / n : double.NaN;
    }
}

/// <summary>%K, %D and %J; <paramref name="wilder"/> smooths them by SMMA.</summary>
public struct Stoch(int n, int signal, int smooth, double kFactor, double dFactor, bool wilder) : IKernel
{
    private Position _position = new(n);
    private Smoothing _k = new(smooth, wilder), _d = new(signal, wilder);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = row[3] = _k.Add(_position.Add(bar.High, bar.Low, bar.Close));
        row[1] = row[4] = _d.Add(row[0]);
        row[2] = row[5] = kFactor * row[0] - dFactor * row[1];
    }
}

public struct WilliamsR(int n) : IKernel
{
    private Position _position = new(n);

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _position.Add(bar.High, bar.Low, bar.Close) - 100;
}

public struct StochRsi(int n, int stoch, int signal, int smooth) : IKernel
{
    private Strength _rsi = new(n);
    private Position _position = new(stoch);
    private Smoothing _k = new(smooth, false), _d = new(signal, false);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var rsi = _rsi.Add(bar.Close);
        row[0] = _k.Add(_position.Add(rsi, rsi, rsi));
        row[1] = _d.Add(row[0]);
    }
}

/// <summary>
/// Connors': the mean of a short RSI, the RSI of the streak of rises or falls, and the rank of today's change among the last ones.
/// </summary>
public struct ConnorsRsi(int n, int streakPeriods, int rank) : IKernel
{
    private Strength _rsi = new(n), _ofStreak = new(streakPeriods);
    private Window _changes = new(rank + 1);
    private double _close = double.NaN, _streak;
    private int _count;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var first = _count++ == 0;
        var change = first ? 0 : _close > 0 ? (bar.Close - _close) / _close : double.NaN;
        _streak = first || bar.Close == _close ? 0 : bar.Close > _close ? Math.Max(_streak, 0) + 1 : Math.Min(_streak, 0) - 1;
        _close = bar.Close;
        var ofStreak = _ofStreak.Add(_streak);
        row[0] = _streak;
        row[1] = _rsi.Add(bar.Close);
        row[2] = _count > streakPeriods + 2 ? ofStreak : double.NaN;
        row[3] = _changes.Add(change) ? Rank(_changes.Values, change, rank) : double.NaN;
        row[4] = _count > Math.Max(n, Math.Max(streakPeriods, rank)) + 1 ? (row[1] + row[2] + row[3]) / 3 : double.NaN;
    }

    private static double Rank(ReadOnlySpan<double> changes, double change, int rank)
    {
        var below = 0;
        foreach (var other in changes)
        {
            if (double.IsNaN(other)) return double.NaN;
            if (other < change) below++;
        }
        return 100d * below / rank;
    }
}

/// <summary>Typical price's distance from its mean, in units of 0.015 mean deviations.</summary>
public struct Cci(int n) : IKernel
{
    private Window _window = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = double.NaN;
        if (!_window.Add(bar.Typical) || _window.IsFlat) return;
        var mean = Sums.Sum(_window.Values) / n;
        row[0] = (bar.Typical - mean) / (0.015 * (Sums.AbsoluteDeviations(_window.Values, mean) / n));
    }
}

/// <summary>Chande's: 100 · (rises − falls) ÷ (rises + falls).</summary>
public struct Cmo(int n) : IKernel
{
    private RollingSum _up = new(n), _down = new(n);
    private double _close = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var change = bar.Close - _close;
        _close = bar.Close;
        var (up, down) = (
            _up.Add(double.IsNaN(change) ? change : Math.Max(change, 0)),
            _down.Add(double.IsNaN(change) ? change : Math.Max(-change, 0))
        );
        row[0] = up + down == 0 ? 0 : 100 * (up - down) / (up + down);
    }
}

/// <summary>Williams' ultimate oscillator: buying pressure over true range in three spans, weighted 4 : 2 : 1.</summary>
public struct UltimateOscillator(int shortPeriods, int middlePeriods, int longPeriods) : IKernel
{
    private RollingSum _pressure1 = new(shortPeriods),
        _pressure2 = new(middlePeriods),
        _pressure3 = new(longPeriods),
        _range1 = new(shortPeriods),
        _range2 = new(middlePeriods),
        _range3 = new(longPeriods);
    private double _close = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var low = Math.Min(bar.Low, _close);
        var (pressure, range) = (bar.Close - low, Math.Max(bar.High, _close) - low);
        _close = bar.Close;
        row[0] = 100 * (4 * Share(_pressure1.Add(pressure), _range1.Add(range)) + 2 * Share(_pressure2.Add(pressure), _range2.Add(range))
            + Share(_pressure3.Add(pressure), _range3.Add(range))) / 7;
    }

    private static double Share(double pressure, double range) => range == 0 ? double.NaN : pressure / range;
}

/// <summary>Bill Williams': SMA(fast) − SMA(slow) of the middle of the bar.</summary>
public struct Awesome(int fast, int slow) : IKernel
{
    private RollingSum _fast = new(fast), _slow = new(slow);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = _fast.Add(bar.Mid) / fast - _slow.Add(bar.Mid) / slow;
        row[1] = bar.Mid == 0 ? double.NaN : 100 * row[0] / bar.Mid;
    }
}

/// <summary>
/// Blau's stochastic momentum index: distance from the middle of the range, twice smoothed, over half the range, likewise.
/// </summary>
public struct Smi(int n, int first, int second, int signal) : IKernel
{
    private readonly double _k1 = 2d / (first + 1), _k2 = 2d / (second + 1), _k3 = 2d / (signal + 1);
    private RollingMax _high = new(n);
    private RollingMin _low = new(n);
    private double _move1 = double.NaN, _move2, _range1, _range2, _signal = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (top, bottom) = (_high.Add(bar.High), _low.Add(bar.Low));
        var (move, range) = (bar.Close - (top + bottom) / 2, top - bottom);
        if (double.IsNaN(_move1)) (_move1, _move2, _range1, _range2) = (move, move, range, range);
        _move1 += _k1 * (move - _move1);
        _range1 += _k1 * (range - _range1);
        _move2 += _k2 * (_move1 - _move2);
        _range2 += _k2 * (_range1 - _range2);
        row[0] = _range2 == 0 ? double.NaN : 100 * (_move2 / (0.5 * _range2));
        if (double.IsNaN(_signal)) _signal = row[0];
        row[1] = _signal += _k3 * (row[0] - _signal);
    }
}

/// <summary>Ehlers' Fisher transform of the place of the bar's middle in its range.</summary>
public struct Fisher(int n) : IKernel
{
    private RollingMax _high = new(n);
    private RollingMin _low = new(n);
    private int _count;
    private double _top, _bottom, _value, _fisher;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var price = bar.Mid;
        var (top, bottom) = (_high.Add(price), _low.Add(price));
        // Until the window is full the range is that of what there is.
        _top = _count == 0 ? price : _count < n ? Math.Max(_top, price) : top;
        _bottom = _count == 0 ? price : _count < n ? Math.Min(_bottom, price) : bottom;
        if (_count++ == 0)
        {
            (row[0], row[1]) = (0, double.NaN);
            return;
        }
        _value = _top == _bottom ? 0 : 0.66 * ((price - _bottom) / (_top - _bottom) - 0.5) + 0.67 * _value;
        _value = _value > 0.99 ? 0.999 : _value < -0.99 ? -0.999 : _value;
        row[1] = _fisher;
        row[0] = _fisher = Math.Atanh(_value) + 0.5 * _fisher;
    }
}
