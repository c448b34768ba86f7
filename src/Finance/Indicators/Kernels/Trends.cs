namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>Wilder's directional movement: +DI, −DI, DX, its mean ADX, and ADX's mean with that of n bars before.</summary>
public struct Adx(int n) : IKernel
{
    private TrueRange _trueRange = new();
    private Smoother _range = Smoother.Wilder(n), _up = Smoother.Wilder(n), _down = Smoother.Wilder(n), _adx = Smoother.Wilder(n);
    private Delay _before = new(n);
    private double _high = double.NaN, _low = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (up, down) = (bar.High - _high, _low - bar.Low);
        (_high, _low) = (bar.High, bar.Low);
        var range = _range.Add(_trueRange.Add(bar));
        var (plus, minus) = (
            _up.Add(
                up > down ? Math.Max(up, 0)
                : double.IsNaN(up) ? up
                : 0
            ),
            _down.Add(
                down > up ? Math.Max(down, 0)
                : double.IsNaN(up) ? up
                : 0
            )
        );
        row.Fill(double.NaN);
        // Without any range there is no direction; the mean waits.
        if (!(range > 0)) return;
        var (pdi, mdi) = (100 * plus / range, 100 * minus / range);
        var dx = pdi == mdi ? 0 : 100 * Math.Abs(pdi - mdi) / (pdi + mdi);
        var adx = _adx.Add(dx);
        (row[0], row[1], row[2], row[3], row[4]) = (pdi, mdi, dx, adx, (adx + _before.Add(adx)) / 2);
    }
}

/// <summary>How long ago the highest high and lowest low of n + 1 bars were, 100 for now; of equal ones the oldest counts.</summary>
public struct Aroon(int n) : IKernel
{
    private RollingMax _high = new(n + 1);
    private RollingMin _low = new(n + 1);
    private Window _highs = new(n + 1), _lows = new(n + 1);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (high, low) = (_high.Add(bar.High), _low.Add(bar.Low));
        row[0] = row[1] = row[2] = double.NaN;
        if (!(_highs.Add(bar.High) & _lows.Add(bar.Low))) return;
        (row[0], row[1]) = (100d * _highs.Values.IndexOf(high) / n, 100d * _lows.Values.IndexOf(low) / n);
        row[2] = row[0] - row[1];
    }
}

/// <summary>Distances of high to the low before and of low to the high before, over true range.</summary>
public struct Vortex(int n) : IKernel
{
    private TrueRange _trueRange = new();
    private RollingSum _range = new(n), _up = new(n), _down = new(n);
    private double _high = double.NaN, _low = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (range, up, down) = (_range.Add(_trueRange.Add(bar)), _up.Add(Math.Abs(bar.High - _low)), _down.Add(Math.Abs(bar.Low - _high)));
        (_high, _low) = (bar.High, bar.Low);
        (row[0], row[1]) = range == 0 ? (double.NaN, double.NaN) : (up / range, down / range);
    }
}

/// <summary>Bill Williams' jaw, teeth and lips: Wilder's averages of the bar's middle, shifted into the future.</summary>
public struct Alligator(int jaw, int jawOffset, int teeth, int teethOffset, int lips, int lipsOffset) : IKernel
{
    private Smoother _jaw = Smoother.Wilder(jaw), _teeth = Smoother.Wilder(teeth), _lips = Smoother.Wilder(lips);
    private Delay _jaws = new(jawOffset), _teeths = new(teethOffset), _lipses = new(lipsOffset);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = _jaws.Add(_jaw.Add(bar.Mid));
        row[1] = _teeths.Add(_teeth.Add(bar.Mid));
        row[2] = _lipses.Add(_lips.Add(bar.Mid));
    }
}

/// <summary>How far the alligator's mouth is open, and whether it opens.</summary>
public struct Gator() : IKernel
{
    private Alligator _alligator = new(13, 8, 8, 5, 5, 3);
    private double _upper = double.NaN, _lower = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        _alligator.Next(bar, row);
        var (upper, lower) = (Math.Abs(row[0] - row[1]), -Math.Abs(row[1] - row[2]));
        (row[0], row[1]) = (upper, lower);
        row[2] = double.IsNaN(_upper) ? double.NaN : upper > _upper ? 1 : 0;
        row[3] = double.IsNaN(_lower) ? double.NaN : lower < _lower ? 1 : 0;
        (_upper, _lower) = (upper, lower);
    }
}

/// <summary>
/// Hosoda's cloud. The spans are shifted into the future by <paramref name="kijun"/> bars; the lagging span lies as many bars back.
/// </summary>
public struct Ichimoku(int tenkan, int kijun, int senkouB) : IKernel
{
    private RollingMax _high1 = new(tenkan), _high2 = new(kijun), _high3 = new(senkouB);
    private RollingMin _low1 = new(tenkan), _low2 = new(kijun), _low3 = new(senkouB);
    private Delay _spanA = new(kijun), _spanB = new(kijun);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = (_low1.Add(bar.Low) + _high1.Add(bar.High)) / 2;
        row[1] = (_low2.Add(bar.Low) + _high2.Add(bar.High)) / 2;
        row[2] = _spanA.Add((row[0] + row[1]) / 2);
        row[3] = _spanB.Add((_low3.Add(bar.Low) + _high3.Add(bar.High)) / 2);
        row[4] = bar.Close;
    }
}
