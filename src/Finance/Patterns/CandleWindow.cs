using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>The last candles, and the averages their lengths are judged by: what all patterns share. Candles are counted from 0; only whole bars count.</summary>
internal sealed class CandleWindow
{
    /// <summary>How many candles are kept, a power of two; no pattern looks at more than seven.</summary>
    public const int Kept = 8;

    private readonly Candle[] _candles = new Candle[Kept];

    public readonly RunningAverage Bodies = new(10), Ranges = new(10), Shadows = new(10), ShortRanges = new(5);

    /// <summary>The place of the latest candle.</summary>
    public int Latest { get; private set; } = -1;

    public ref readonly Candle this[int place] => ref _candles[place & (Kept - 1)];

    public void Add(in Ohlcv bar)
    {
        var place = ++Latest;
        ref var candle = ref _candles[place & (Kept - 1)];
        candle = new Candle(bar);
        Bodies.Add(place, candle.Body);
        Ranges.Add(place, candle.Range);
        ShortRanges.Add(place, candle.Range);
        Shadows.Add(place, candle.UpperShadow + candle.LowerShadow);
    }
}

/// <summary>For each of the last candles, the average of a length over the <paramref name="periods"/> candles before it.</summary>
/// <remarks>
/// TA-Lib keeps a running total per pattern, begun at the first candle the pattern judges. Prices have few digits, so a body often equals an average exactly,
/// and then the rounding of the total decides. To answer as TA-Lib does, totals are added up in its order: once for all patterns, but once for each candle
/// that a total may begin at. Unlike <see cref="RollingSum"/> a running total keeps the rounding of a spike.
/// </remarks>
internal sealed class RunningAverage(int periods)
{
    /// <summary>The latest of the candles that patterns may first be found at.</summary>
    private const int LatestLookback = 14;

    private readonly double[] _lengths = new double[periods], _totals = new double[LatestLookback - periods + 1], _averages = new double[CandleWindow.Kept * (LatestLookback - periods + 1)];

    /// <summary>Of the candle at <paramref name="place"/>, from the total whose first average was that of the candle at <paramref name="first"/>.</summary>
    public double At(int place, int first) => _averages[Row(place) + first - periods];

    public void Add(int place, double length)
    {
        var (totals, oldest) = (_totals, _lengths[place % periods]);
        var row = _averages.AsSpan(Row(place), totals.Length);
        for (var i = 0; i < row.Length; i++) row[i] = totals[i] / periods;
        for (var start = 0; start < totals.Length && start <= place; start++) totals[start] += place < start + periods ? length : length - oldest;
        _lengths[place % periods] = length;
    }

    private int Row(int place) => (place & (CandleWindow.Kept - 1)) * _totals.Length;
}
