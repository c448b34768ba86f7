namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>
/// Wilder's parabolic: a stop that speeds up towards the price. Until the first reversal its direction is a guess, so nothing is shown.
/// </summary>
public struct ParabolicSar(double step, double max) : IKernel
{
    private int _count;
    private bool _rising = true, _shown;
    private double _factor = step, _extreme, _sar, _high1, _high2, _low1, _low2;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = row[1] = double.NaN;
        if (_count++ == 0) (_extreme, _sar) = (bar.High, bar.Low);
        else
        {
            var sar = _sar + _factor * (_extreme - _sar);
            if (_count > 2) sar = _rising ? Math.Min(sar, Math.Min(_low1, _low2)) : Math.Max(sar, Math.Max(_high1, _high2));
            var reversal = _rising ? bar.Low < sar : bar.High > sar;
            _sar = reversal ? _extreme : sar;
            if (reversal)
            {
                _rising = !_rising;
                (_factor, _extreme) = (step, _rising ? bar.High : bar.Low);
            }
            else if (_rising ? bar.High > _extreme : bar.Low < _extreme)
            {
                (_factor, _extreme) = (Math.Min(_factor + step, max), _rising ? bar.High : bar.Low);
            }
            if (_shown) (row[0], row[1]) = (_sar, reversal ? 1 : 0);
            _shown |= reversal;
        }
        (_high2, _high1, _low2, _low1) = (_high1, bar.High, _low1, bar.Low);
    }
}

/// <summary>Bands that only tighten until the close crosses them: what SuperTrend and the ATR stop share.</summary>
internal struct Ratchet()
{
    private double _upper = double.NaN, _lower = double.NaN, _close;
    private bool _bullish = true;

    /// <summary>Answers whether the trend is up; the band against it is the stop.</summary>
    public bool Add(double close, double upper, double lower, bool bullish, out double stop)
    {
        if (double.IsNaN(_upper)) (_bullish, _upper, _lower) = (bullish, upper, lower);
        if (upper < _upper || _close > _upper) _upper = upper;
        if (lower > _lower || _close < _lower) _lower = lower;
        _close = close;
        _bullish = close > (_bullish ? _lower : _upper);
        stop = _bullish ? _lower : _upper;
        return _bullish;
    }

    /// <summary>While there are no bands yet.</summary>
    public void Wait(double close) => _close = close;

    public readonly double Close => _close;
}

public struct SuperTrend(int n, double multiplier) : IKernel
{
    private TrueRange _range = new();
    private Smoother _atr = Smoother.Wilder(n);
    private Ratchet _bands = new();

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var span = multiplier * _atr.Add(_range.Add(bar));
        row[0] = row[1] = row[2] = double.NaN;
        if (double.IsNaN(span)) _bands.Wait(bar.Close);
        else row[_bands.Add(bar.Close, bar.Mid + span, bar.Mid - span, bar.Close >= bar.Mid, out row[0]) ? 2 : 1] = row[0];
    }
}

/// <param name="atHighLow">Measured from the bar's high and low instead of its close.</param>
public struct AtrStop(int n, double multiplier, bool atHighLow) : IKernel
{
    private TrueRange _range = new();
    private Smoother _atr = Smoother.Wilder(n);
    private Ratchet _bands = new();

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[3] = _atr.Add(_range.Add(bar));
        var span = multiplier * row[3];
        row[0] = row[1] = row[2] = double.NaN;
        if (double.IsNaN(span)) _bands.Wait(bar.Close);
        else
            row[
                _bands.Add(
                    bar.Close,
                    (atHighLow ? bar.High : bar.Close) + span,
                    (atHighLow ? bar.Low : bar.Close) - span,
                    bar.Close >= _bands.Close,
                    out row[0]
                )
                    ? 2
                    : 1
            ] = row[0];
    }
}

/// <summary>LeBeau's: a number of ATR below the highest high, or above the lowest low.</summary>
public struct Chandelier(int n, double multiplier, bool isShort) : IKernel
{
    private TrueRange _range = new();
    private Smoother _atr = Smoother.Wilder(n);
    private RollingMax _high = new(n);
    private RollingMin _low = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var span = multiplier * _atr.Add(_range.Add(bar));
        row[0] = isShort ? _low.Add(bar.Low) + span : _high.Add(bar.High) - span;
    }
}

/// <summary>
/// Wilder's volatility stop: a number of ATR from the best close since the last stop. Nothing is shown until the first stop, as its side is
/// a guess.
/// </summary>
public struct VolatilityStop(int n, double multiplier) : IKernel
{
    private TrueRange _range = new();
    private Smoother _atr = Smoother.Wilder(n);
    private double _span = double.NaN, _first, _top = double.MinValue, _bottom = double.MaxValue, _best;
    private int _count;
    private bool _long, _shown;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row.Fill(double.NaN);
        var close = bar.Close;
        if (_count++ == 0) _first = close;
        (_top, _bottom) = (Math.Max(_top, close), Math.Min(_bottom, close));
        if (_count == n)
        {
            _long = close > _first;
            _best = _long ? _top : _bottom;
        }
        else if (_count > n)
        {
            var sar = _long ? _best - _span : _best + _span;
            var stop = _long ? close < sar : close > sar;
            if (_shown) (row[0], row[1], row[_long ? 3 : 2]) = (sar, stop ? 1 : 0, sar);
            _best = stop ? close : _long ? Math.Max(_best, close) : Math.Min(_best, close);
            _long ^= stop;
            _shown |= stop;
        }
        _span = multiplier * _atr.Add(_range.Add(bar));
    }
}
