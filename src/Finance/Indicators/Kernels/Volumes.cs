namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>Chaikin's multiplier, where the close stands in the bar from −1 to 1, and the volume it makes count.</summary>
internal static class MoneyFlow
{
    public static (double Multiplier, double Volume) Of(in Ohlcv bar)
    {
        var multiplier = bar.High == bar.Low ? 0 : (bar.Close - bar.Low - (bar.High - bar.Close)) / (bar.High - bar.Low);
        return (multiplier, multiplier * bar.Volume);
    }
}

/// <summary>Accumulation and distribution: the running sum of money flow volume.</summary>
public struct Adl : IKernel
{
    private double _sum;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        (row[1], row[2]) = MoneyFlow.Of(bar);
        row[0] = _sum += row[2];
    }
}

public struct ChaikinOscillator(int fast, int slow) : IKernel
{
    private double _sum;
    private Smoother _fast = Smoother.Ema(fast), _slow = Smoother.Ema(slow);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        (row[0], row[1]) = MoneyFlow.Of(bar);
        row[2] = _sum += row[1];
        (row[4], row[5]) = (_fast.Add(_sum), _slow.Add(_sum));
        row[3] = row[4] - row[5];
    }
}

public struct Cmf(int n) : IKernel
{
    private RollingSum _flow = new(n), _volume = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        (row[0], row[1]) = MoneyFlow.Of(bar);
        var (flow, volume) = (_flow.Add(row[1]), _volume.Add(bar.Volume));
        row[2] = volume == 0 ? double.NaN : flow / volume;
    }
}

public struct Obv() : IKernel
{
    private double _close = double.NaN, _sum;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        if (bar.Close > _close) _sum += bar.Volume;
        else if (bar.Close < _close) _sum -= bar.Volume;
        _close = bar.Close;
        row[0] = _sum;
    }
}

/// <summary>Money flow index: RSI of typical price times volume.</summary>
public struct Mfi(int n) : IKernel
{
    private RollingSum _up = new(n), _down = new(n);
    private double _typical = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var price = bar.Typical;
        var flow = double.IsNaN(_typical) ? double.NaN : price * bar.Volume;
        var (up, down) = (
            _up.Add(
                price < _typical ? 0
                : price == _typical ? 0
                : flow
            ),
            _down.Add(
                price > _typical ? 0
                : price == _typical ? 0
                : flow
            )
        );
        _typical = price;
        row[0] = double.IsNaN(up) ? double.NaN : down == 0 ? 100 : 100 - 100 / (1 + up / down);
    }
}

/// <summary>Volume-weighted average price since <paramref name="start"/>.</summary>
public struct Vwap(DateTime start) : IKernel
{
    private double _money, _volume;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = double.NaN;
        if (bar.T < start) return;
        _volume += bar.Volume;
        _money += bar.Volume * (bar.High + bar.Low + bar.Close) / 3;
        if (_volume != 0) row[0] = _money / _volume;
    }
}

/// <summary>Elder's: volume times the change of the close, smoothed.</summary>
public struct ForceIndex(int n) : IKernel
{
    private Smoother _ema = Smoother.Ema(n);
    private double _close = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = _ema.Add(bar.Volume * (bar.Close - _close));
        _close = bar.Close;
    }
}

/// <summary>
/// Klinger's: the difference of two averages of the volume force, which is volume by how far the bar goes against its trend's range.
/// </summary>
public struct Kvo(int fast, int slow, int signal) : IKernel
{
    private Smoother _fast = Smoother.Ema(fast), _slow = Smoother.Ema(slow), _signal = Smoother.Ema(signal);
    private double _basis, _trend, _range, _total, _force;
    private int _count;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (basis, range) = (bar.High + bar.Low + bar.Close, bar.High - bar.Low);
        var trend = basis > _basis ? 1 : -1;
        row[0] = row[1] = double.NaN;
        if (_count++ >= 2)
        {
            _total = trend == _trend ? _total + range : _range + range;
            _force = range == _total || bar.Volume == 0 ? 0
                : range == 0 ? bar.Volume * 2 * trend * 100
                : _total != 0 ? bar.Volume * Math.Abs(2 * (range / _total - 1)) * trend * 100
                : _force;
            row[0] = _fast.Add(_force) - _slow.Add(_force);
            row[1] = _signal.Add(row[0]);
        }
        (_basis, _trend, _range) = (basis, trend, range);
    }
}
