namespace AgentInvest.Finance.Indicators.Kernels;

public struct Tr() : IKernel
{
    private TrueRange _range = new();

    public void Next(in Ohlcv bar, Span<double> row) => row[0] = _range.Add(bar);
}

/// <summary>True range, Wilder's mean of it, and that in percent of the close.</summary>
public struct Atr(int n) : IKernel
{
    private TrueRange _range = new();
    private Smoother _atr = Smoother.Wilder(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = _range.Add(bar);
        row[1] = _atr.Add(row[0]);
        row[2] = bar.Close == 0 ? double.NaN : row[1] / bar.Close * 100;
    }
}

public struct StdDev(int n) : IKernel
{
    private RollingMoments _moments = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = row[1] = row[2] = double.NaN;
        if (!_moments.Add(bar.Close)) return;
        (row[0], row[1]) = (_moments.Deviation, _moments.Mean);
        if (row[0] != 0) row[2] = (bar.Close - row[1]) / row[0];
    }
}

/// <summary>Bollinger's bands, and where the close stands in them.</summary>
public struct Bollinger(int n, double deviations) : IKernel
{
    private RollingMoments _moments = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row.Fill(double.NaN);
        if (!_moments.Add(bar.Close)) return;
        var (mean, deviation) = (_moments.Mean, _moments.Deviation);
        var (upper, lower) = (mean + deviations * deviation, mean - deviations * deviation);
        (row[0], row[1], row[2]) = (mean, upper, lower);
        if (upper != lower) (row[3], row[4]) = ((bar.Close - lower) / (upper - lower), (bar.Close - mean) / deviation);
        if (mean != 0) row[5] = (upper - lower) / mean;
    }
}

/// <summary>EMA ± ATR.</summary>
public struct Keltner(int n, double multiplier, int atr) : IKernel
{
    private Smoother _ema = Smoother.Ema(n), _atr = Smoother.Wilder(atr);
    private TrueRange _range = new();
    private int _count;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (middle, span) = (_ema.Add(bar.Close), multiplier * _atr.Add(_range.Add(bar)));
        if (++_count < Math.Max(n, atr)) middle = double.NaN;
        (row[0], row[1], row[2], row[3]) = (middle + span, middle, middle - span, middle == 0 ? double.NaN : 2 * span / middle);
    }
}

/// <summary>Stoller's: SMA ± ATR.</summary>
public struct Starc(int n, double multiplier, int atr) : IKernel
{
    private RollingSum _sum = new(n);
    private Smoother _atr = Smoother.Wilder(atr);
    private TrueRange _range = new();

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (middle, span) = (_sum.Add(bar.Close) / n, multiplier * _atr.Add(_range.Add(bar)));
        (row[0], row[1], row[2]) = (middle + span, middle, middle - span);
    }
}

/// <summary>Highest high and lowest low of the n bars before this one.</summary>
public struct Donchian(int n) : IKernel
{
    private RollingMax _high = new(n);
    private RollingMin _low = new(n);
    private double _top = double.NaN, _bottom = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var middle = (_top + _bottom) / 2;
        (row[0], row[1], row[2], row[3]) = (_top, middle, _bottom, middle == 0 ? double.NaN : (_top - _bottom) / middle);
        (_top, _bottom) = (_high.Add(bar.High), _low.Add(bar.Low));
    }
}

/// <summary>Root mean square of the percent drawdowns from the highest close so far in the window.</summary>
public struct Ulcer(int n) : IKernel
{
    private Window _window = new(n);

    public void Next(in Ohlcv bar, Span<double> row)
    {
        row[0] = row[1] = double.NaN;
        if (!_window.Add(bar.Close)) return;
        var (top, sum) = (0d, 0d);
        foreach (var close in _window.Values)
        {
            top = Math.Max(top, close);
            var drawdown = top == 0 ? double.NaN : 100 * ((close - top) / top);
            sum += drawdown * drawdown;
        }
        row[0] = row[1] = Math.Sqrt(sum / n);
    }
}

/// <summary>Dreiss' choppiness: 100 · log_n of the path walked over the range covered.</summary>
public struct Chop(int n) : IKernel
{
    private RollingSum _path = new(n);
    private RollingMax _high = new(n);
    private RollingMin _low = new(n);
    private double _close = double.NaN;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (high, low) = (Math.Max(bar.High, _close), Math.Min(bar.Low, _close));
        _close = bar.Close;
        var (path, range) = (_path.Add(high - low), _high.Add(high) - _low.Add(low));
        row[0] = range == 0 || path <= 0 ? double.NaN : 100 * (Math.Log(path / range) / Math.Log(n));
    }
}

/// <summary>
/// Rescaled range of log returns over 1, 2, 4, … 32 pieces of at least 8 and the slope of log R/S by log length; the second output with the
/// correction of Anis and Lloyd for short pieces.
/// </summary>
public struct Hurst : IKernel
{
    private const int Shortest = 8, MostPieces = 32;
    private readonly double[] _corrections;
    private Window _returns;
    private double _close;

    public Hurst(int n)
    {
        _returns = new Window(n);
        _corrections = Pieces(n).Select(pieces => Math.Sqrt(Math.PI * (n / pieces) / 2) - ExpectedRange(n / pieces)).ToArray();
    }

    private static IEnumerable<int> Pieces(int n)
    {
        for (var pieces = 1; pieces <= MostPieces && n / pieces >= Shortest; pieces *= 2) yield return pieces;
    }

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var full = _returns.Add(_close > 0 && bar.Close > 0 ? Math.Log(bar.Close / _close) : double.NaN);
        _close = bar.Close;
        row[0] = row[1] = double.NaN;
        if (!full) return;
        var values = _returns.Values;
        Span<double> sizes = stackalloc double[_corrections.Length],
            plain = stackalloc double[_corrections.Length],
            corrected = stackalloc double[_corrections.Length];
        for (var set = 0; set < _corrections.Length; set++)
        {
            var size = values.Length >> set;
            var mean = MeanRange(values[(values.Length - (size << set))..], size);
            (sizes[set], plain[set], corrected[set]) = (Math.Log10(size), LogOf(mean), LogOf(mean + _corrections[set]));
        }
        (row[0], row[1]) = (Slope(sizes, plain), Slope(sizes, corrected));
    }

    private static double LogOf(double x) => x > 0 ? Math.Log10(x) : double.NaN;

    /// <summary>
    /// Range of the running sum of deviations over their standard deviation, the mean over pieces of <paramref name="size"/>.
    /// </summary>
    private static double MeanRange(ReadOnlySpan<double> values, int size)
    {
        var total = 0d;
        for (var start = 0; start < values.Length; start += size)
        {
            var piece = values.Slice(start, size);
            var mean = Sums.Sum(piece) / size;
            var (sum, top, bottom) = (0d, double.MinValue, double.MaxValue);
            foreach (var value in piece)
            {
                sum += value - mean;
                (top, bottom) = (Math.Max(top, sum), Math.Min(bottom, sum));
            }
            var deviation = Math.Sqrt(Sums.SquaredDeviations(piece, mean) / size);
            total += deviation == 0 ? double.NaN : (top - bottom) / deviation;
        }
        return total / (values.Length / size);
    }

    private static double Slope(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var (meanX, meanY, products, squares) = (Sums.Sum(x) / x.Length, Sums.Sum(y) / y.Length, 0d, 0d);
        for (var i = 0; i < x.Length; i++)
        {
            products += (x[i] - meanX) * (y[i] - meanY);
            squares += (x[i] - meanX) * (x[i] - meanX);
        }
        return products / squares;
    }

    /// <summary>E(R/S) of n independent normal values: Γ((n−1)/2) ÷ (√π Γ(n/2)) · Σ √((n−j)/j), by Stirling beyond 340.</summary>
    private static double ExpectedRange(int n)
    {
        var sum = 0d;
        for (var j = 1; j < n; j++) sum += Math.Sqrt((double)(n - j) / j);
        // g(2) = 1 and g(m) · g(m + 1) = 2 ÷ (π (m − 1)), from Γ(x + 1) = x Γ(x).
        var gamma = 1d;
        for (var m = 2; m < n; m++) gamma = 2 / (Math.PI * (m - 1) * gamma);
        return (n <= 340 ? gamma : Math.Sqrt(2 / (Math.PI * (n - 1)))) * sum;
    }
}
