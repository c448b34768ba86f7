using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>The last candles, which all patterns share: <c>c[0]</c> is the latest, <c>c[1]</c> the one before it.</summary>
/// <remarks>
/// TA-Lib keeps a running total per pattern and average, adding and subtracting. A length is a difference of prices and so a multiple of
/// their last bit, and such sums are exact in whatever order: one rolling sum for all patterns gives the same to the bit, and unlike a
/// running total forgets a spike.
/// </remarks>
internal sealed class CandleWindow
{
    // No pattern looks at more. The latest is the first, so that a place is known where it is written.
    private readonly Candle[] _candles = new Candle[7];
    private RollingSum _bodies = new(10), _ranges = new(10), _shadows = new(10), _shortRanges = new(5);
    private CandleAverages _averages = new(double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>How many candles there have been.</summary>
    public int Count { get; private set; }

    public ref readonly Candle this[int ago] => ref _candles[ago];

    public void Add(in Ohlcv bar)
    {
        var candle = new Candle(bar, _averages);
        _candles.AsSpan(..^1).CopyTo(_candles.AsSpan(1));
        _candles[0] = candle;
        Count++;
        _averages = new CandleAverages(
            _bodies.Add(candle.Body) / 10,
            _ranges.Add(candle.Range) / 10,
            _shadows.Add(candle.UpperShadow + candle.LowerShadow) / 10,
            _shortRanges.Add(candle.Range) / 5
        );
    }
}
