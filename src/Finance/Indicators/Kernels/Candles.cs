namespace AgentInvest.Finance.Indicators.Kernels;

/// <summary>Which number of a bar.</summary>
public enum Part { Open, High, Low, Close, Volume, Hl2, Hlc3, Oc2, Ohl3, Ohlc4 }

public struct BarPart(Part part) : IKernel
{
    public void Next(in Ohlcv bar, Span<double> row) => row[0] = part switch
    {
        Part.Open => bar.Open,
        Part.High => bar.High,
        Part.Low => bar.Low,
        Part.Close => bar.Close,
        Part.Volume => bar.Volume,
        Part.Hl2 => bar.Mid,
        Part.Hlc3 => bar.Typical,
        Part.Oc2 => (bar.Open + bar.Close) / 2,
        Part.Ohl3 => (bar.Open + bar.High + bar.Low) / 3,
        _ => (bar.Open + bar.High + bar.Low + bar.Close) / 4,
    };
}

/// <summary>A close within a percentage of its open: the close, and 1.</summary>
public struct Doji(double percent) : IKernel
{
    public void Next(in Ohlcv bar, Span<double> row)
    {
        var match = bar.Open != 0 && Math.Abs(bar.Close / bar.Open - 1) <= percent / 100 + 1e-12;
        (row[0], row[1]) = match ? (bar.Close, 1) : (double.NaN, 0);
    }
}

/// <summary>A bar that is nearly all body: the close, and 100 for a rise or −100.</summary>
public struct Marubozu(double percent) : IKernel
{
    public void Next(in Ohlcv bar, Span<double> row)
    {
        var (size, body) = (bar.High - bar.Low, Math.Abs(bar.Close - bar.Open));
        // A bar without any size is all body: so the source defines it. The last digit of a double must not decide.
        var match = size == 0 || body / size >= percent / 100 - 1e-12;
        (row[0], row[1]) = match ? (bar.Close, bar.Close > bar.Open ? 100 : -100) : (double.NaN, 0);
    }
}

/// <summary>Bars that average with those before them.</summary>
public struct HeikinAshi() : IKernel
{
    private double _open = double.NaN, _close;

    public void Next(in Ohlcv bar, Span<double> row)
    {
        var close = (bar.Open + bar.High + bar.Low + bar.Close) / 4;
        var open = double.IsNaN(_open) ? (bar.Open + bar.Close) / 2 : (_open + _close) / 2;
        (row[0], row[3], row[4]) = (open, close, bar.Volume);
        row[1] = Math.Max(bar.High, Math.Max(open, close));
        row[2] = Math.Min(bar.Low, Math.Min(open, close));
        (_open, _close) = (open, close);
    }
}

/// <summary>
/// Bricks of a fixed size: a bar may complete none, one or many. High, low and volume are those of the bars since the brick before, the
/// volume shared among the bricks of a bar. The bricks' prices are multiples of the size from where the first stood, so they do not drift.
/// </summary>
public struct Renko(double size, bool atHighLow)
{
    // A double may miss the whole brick, or a tie of up and down, by its last digit.
    private const double Tolerance = 1e-9;
    private bool _begun, _up;
    private double _base, _high, _low, _volume, _brickHigh, _brickLow, _brickVolume;
    private long _lower, _upper, _from;

    /// <summary>How many bricks this bar completes; <see cref="Write"/> writes each.</summary>
    public int Next(in Ohlcv bar)
    {
        if (!_begun)
        {
            (_begun, _base, _high, _low) = (true, Start(bar.Close, size), double.MinValue, double.MaxValue);
            return 0;
        }
        (_high, _low, _volume) = (Math.Max(_high, bar.High), Math.Min(_low, bar.Low), _volume + bar.Volume);
        var up = ((atHighLow ? bar.High : bar.Close) - _base) / size - _upper;
        var down = _lower - ((atHighLow ? bar.Low : bar.Close) - _base) / size;
        _up = up >= down - Tolerance;
        var count = Math.Floor((_up ? up : down) + Tolerance);
        if (count < 1) return 0;
        var bricks = (int)Math.Min(count, int.MaxValue);
        (_brickHigh, _brickLow, _brickVolume, _from) = (_high, _low, _volume / bricks, _up ? _upper : _lower);
        (_high, _low, _volume) = (double.MinValue, double.MaxValue, 0);
        _lower = _up ? _from + bricks - 1 : _from - bricks;
        _upper = _lower + 1;
        return bricks;
    }

    /// <summary>Open, high, low, close, volume and whether it rises, of one of the bricks just completed.</summary>
    public readonly void Write(int brick, Span<double> row)
    {
        var (open, close) = _up ? (_from + brick, _from + brick + 1) : (_from - brick, _from - brick - 1);
        (row[0], row[1], row[2], row[3], row[4], row[5]) = (
            _base + open * size,
            _brickHigh,
            _brickLow,
            _base + close * size,
            _brickVolume,
            _up ? 1 : 0
        );
    }

    /// <summary>The first close, rounded to one digit less than the size has.</summary>
    private static double Start(double close, double size)
    {
        if (Math.Abs(close) > 1e15) return close;
        var digits = BitConverter.GetBytes(decimal.GetBits((decimal)size / 1.0000000000000000000000000000m)[3])[2];
        return (double)decimal.Round((decimal)close, Math.Max(digits - 1, 0));
    }
}
