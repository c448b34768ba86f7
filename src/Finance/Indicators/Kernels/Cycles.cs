using System.Runtime.CompilerServices;

namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>The last seven values, the newest first.</summary>
[InlineArray(7)]
internal struct Taps
{
    private double _0;

    public void Add(double x)
    {
        Span<double> taps = this;
        taps[..6].CopyTo(taps[1..]);
        taps[0] = x;
    }

    /// <summary>Ehlers' Hilbert transform.</summary>
    public readonly double Hilbert(double adjust) => (0.0962 * this[0] + 0.5769 * this[2] - 0.5769 * this[4] - 0.0962 * this[6]) * adjust;
}

/// <summary>Ehlers' homodyne discriminator: the dominant cycle of a price (Rocket Science for Traders, ch. 7).</summary>
internal struct Homodyne
{
    private Taps _price, _smooth, _detrended, _inPhase, _quadrature;
    private double _i2, _q2, _re, _im;

    public double Period { get; private set; }
    public readonly double Smooth => _smooth[0];
    public readonly double InPhase => _inPhase[0];
    public readonly double Quadrature => _quadrature[0];

    /// <summary>While there are too few prices: they are kept, everything else is zero.</summary>
    public void Wait(double price) => _price.Add(price);

    public void Add(double price)
    {
        var adjust = 0.075 * Period + 0.54;
        _price.Add(price);
        _smooth.Add((4 * _price[0] + 3 * _price[1] + 2 * _price[2] + _price[3]) / 10);
        _detrended.Add(_smooth.Hilbert(adjust));
        _quadrature.Add(_detrended.Hilbert(adjust));
        _inPhase.Add(_detrended[3]);
        var (i2, q2) = (
            0.2 * (_inPhase[0] - _quadrature.Hilbert(adjust)) + 0.8 * _i2,
            0.2 * (_quadrature[0] + _inPhase.Hilbert(adjust)) + 0.8 * _q2
        );
        _re = 0.2 * (i2 * _i2 + q2 * _q2) + 0.8 * _re;
        _im = 0.2 * (i2 * _q2 - q2 * _i2) + 0.8 * _im;
        (_i2, _q2) = (i2, q2);
        var period = _im != 0 && _re != 0 ? 2 * Math.PI / Math.Atan(_im / _re) : 0;
        period = Math.Max(Math.Min(period, 1.5 * Period), 0.67 * Period);
        Period = 0.2 * Math.Clamp(period, 6, 50) + 0.8 * Period;
    }
}

/// <summary>MESA adaptive average: as fast as the phase turns.</summary>
public struct Mama(double fast, double slow) : IKernel
{
    private Homodyne _cycle;
    private int _count;
    private double _phase, _mama, _fama;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = row[1] = double.NaN;
        if (++_count <= 6)
        {
            _cycle.Wait(bar.Mid);
            _mama += bar.Mid;
            if (_count == 6) row[0] = row[1] = _mama = _fama = _mama / 6;
            return;
        }
        _cycle.Add(bar.Mid);
        var phase = _cycle.InPhase == 0 ? 0 : Math.Atan(_cycle.Quadrature / _cycle.InPhase) * 180 / Math.PI;
        var alpha = Math.Max(fast / Math.Max(_phase - phase, 1), slow);
        _phase = phase;
        row[0] = _mama = alpha * bar.Mid + (1 - alpha) * _mama;
        row[1] = _fama = 0.5 * alpha * _mama + (1 - 0.5 * alpha) * _fama;
    }
}

/// <summary>Hilbert transform instantaneous trendline: the mean over the dominant cycle, smoothed.</summary>
public struct HilbertTrendline() : IKernel
{
    private const int MaxCycle = 64;
    private Homodyne _cycle;
    private readonly double[] _prices = new double[MaxCycle];
    private int _count;
    private double _period;
    private Taps _trend;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var price = bar.Mid;
        _prices[_count++ % MaxCycle] = price;
        (row[0], row[1], row[2]) = (double.NaN, price, double.NaN);
        if (_count <= 6)
        {
            _cycle.Wait(price);
            _trend.Add(0);
            return;
        }
        _cycle.Add(price);
        _period = 0.33 * _cycle.Period + 0.67 * _period;
        // The period never exceeds 50 bars, nor the bars there are.
        var cycle = Math.Min((int)(_period + 0.5), _count);
        var sum = 0d;
        for (var i = _count - cycle; i < _count; i++) sum += _prices[i % MaxCycle];
        _trend.Add(cycle > 0 ? sum / cycle : price);
        if (cycle > 0) row[0] = cycle;
        if (_count >= 12) row[1] = (4 * _trend[0] + 3 * _trend[1] + 2 * _trend[2] + _trend[3]) / 10;
        row[2] = _cycle.Smooth;
    }
}
