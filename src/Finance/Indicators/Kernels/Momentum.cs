namespace AgentInvest.Finance.Indicators.Kernels;

public struct Macd(int fast, int slow, int signal) : IKernel
{
    private Smoother _fast = Smoother.Ema(fast), _slow = Smoother.Ema(slow), _signal = Smoother.Ema(signal);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[4] = _slow.Add(bar.Close);
        row[3] = _fast.Add(bar.Close);
        row[0] = row[3] - row[4];
        row[1] = _signal.Add(row[0]);
        row[2] = row[0] - row[1];
    }
}

/// <summary>MACD in percent of the slow average, of closes (PPO) or volumes (PVO).</summary>
public struct PercentOscillator(int fast, int slow, int signal, bool ofVolume) : IKernel
{
    private Smoother _fast = Smoother.Ema(fast), _slow = Smoother.Ema(slow), _signal = Smoother.Ema(signal);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var x = ofVolume ? bar.Volume : bar.Close;
        var (fastEma, slowEma) = (_fast.Add(x), _slow.Add(x));
        row[0] = slowEma == 0 ? double.NaN : 100 * ((fastEma - slowEma) / slowEma);
        row[1] = _signal.Add(row[0]);
        row[2] = row[0] - row[1];
    }
}

/// <summary>Swenlin's: the percent change of the close, smoothed by 2 ÷ n, times ten, smoothed by 2 ÷ m.</summary>
public struct Pmo(int time, int smooth, int signal) : IKernel
{
    private Smoother _rate = new(time, 2d / time), _pmo = new(smooth, 2d / smooth), _signal = Smoother.Ema(signal);
    private double _close = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = _pmo.Add(10 * _rate.Add(_close == 0 ? double.NaN : 100 * (bar.Close / _close - 1)));
        row[1] = _signal.Add(row[0]);
        _close = bar.Close;
    }
}

public struct Roc(int n) : IKernel
{
    private Delay _before = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var before = _before.Add(bar.Close);
        row[0] = bar.Close - before;
        row[1] = before == 0 ? double.NaN : 100 * row[0] / before;
    }
}

/// <summary>ROC, its average, and bands at its root mean square.</summary>
public struct RocBands(int n, int ema, int deviation) : IKernel
{
    private Delay _before = new(n);
    private Smoother _ema = Smoother.Ema(ema);
    private RollingSum _squares = new(deviation);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var before = _before.Add(bar.Close);
        row[0] = before == 0 ? double.NaN : 100 * (bar.Close - before) / before;
        row[1] = _ema.Add(row[0]);
        row[2] = Math.Sqrt(_squares.Add(row[0] * row[0]) / deviation);
        row[3] = -row[2];
    }
}

/// <summary>Blau's true strength: changes twice smoothed over their sizes twice smoothed.</summary>
public struct Tsi(int n, int smooth, int signal) : IKernel
{
    private Smoother _move1 = Smoother.Ema(n),
        _move2 = Smoother.Ema(smooth),
        _size1 = Smoother.Ema(n),
        _size2 = Smoother.Ema(smooth),
        _signal = Smoother.Ema(signal);
    private double _close = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var change = bar.Close - _close;
        _close = bar.Close;
        var (move, size) = (_move2.Add(_move1.Add(change)), _size2.Add(_size1.Add(Math.Abs(change))));
        row[0] = size == 0 ? double.NaN : 100 * (move / size);
        row[1] = _signal.Add(row[0]);
    }
}

/// <summary>Schaff's cycle: the smoothed stochastic of MACD.</summary>
public struct Stc(int cycle, int fast, int slow) : IKernel
{
    private Smoother _fast = Smoother.Ema(fast), _slow = Smoother.Ema(slow);
    private Position _position = new(cycle);
    private Smoothing _smooth = new(3, false);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var macd = _fast.Add(bar.Close) - _slow.Add(bar.Close);
        row[0] = _smooth.Add(_position.Add(macd, macd, macd));
    }
}

/// <summary>Close less the mean centred on it, which is known n ÷ 2 + 1 bars later.</summary>
public struct Dpo(int n) : IKernel
{
    private RollingSum _sum = new(n);
    private Delay _close = new(n / 2 + 1);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[1] = _sum.Add(bar.Close) / n;
        row[0] = _close.Add(bar.Close) - row[1];
        if (double.IsNaN(row[0])) row[1] = double.NaN;
    }
}

/// <summary>Balance of power: the mean of (close − open) ÷ (high − low).</summary>
public struct Bop(int smooth) : IKernel
{
    private RollingSum _sum = new(smooth);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var range = bar.High - bar.Low;
        row[0] = _sum.Add(range == 0 ? double.NaN : (bar.Close - bar.Open) / range) / smooth;
    }
}

/// <summary>Elder's bull and bear power: high and low against the average close.</summary>
public struct ElderRay(int n) : IKernel
{
    private Smoother _ema = Smoother.Ema(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = _ema.Add(bar.Close);
        (row[1], row[2]) = (bar.High - row[0], bar.Low - row[0]);
    }
}
