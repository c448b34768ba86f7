using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>A turning point: the extreme of a swing, in whole bars.</summary>
/// <param name="Range">The average true range at its bar.</param>
internal readonly record struct Pivot(int At, double Price, bool IsHigh, double Range)
{
    public PatternPoint Point(string role) => new(role, At, Price);
}

/// <summary>
/// A zig-zag whose reversal is measured in average true ranges (Wilder 1978): highs and lows alternate, each confirmed by the first later
/// bar that is a reversal away from it, and none ever withdrawn.
/// </summary>
internal sealed class Swings(List<Ohlcv> bars)
{
    /// <summary>Wilder's period.</summary>
    private const int Period = 14;

    /// <summary>
    /// Average true ranges that make a swing. A random walk takes about ten bars to turn by two, so that five pivots are the two to three
    /// months that Bulkowski finds shapes of days to take; less would be noise, more would see only shapes of a year.
    /// </summary>
    private const double Reversal = 2;

    private int _direction, _high, _low;
    private double _sum;

    public List<Pivot> Pivots { get; } = [];

    /// <summary>The average true range at each bar, NaN before there is one.</summary>
    public List<double> Ranges { get; } = new(bars.Count);

    /// <summary>Takes the next bar and answers whether it confirmed a pivot.</summary>
    public bool Next(int now)
    {
        Ranges.Add(Range(now));
        var bar = bars[now];
        var (higher, lower) = (_direction >= 0 && bar.High > bars[_high].High, _direction <= 0 && bar.Low < bars[_low].Low);
        if (higher) _high = now;
        if (lower) _low = now;
        if (_direction == 0) return now >= Period - 1 && Begin();
        // A bar that makes a new extreme confirms nothing: which of its ends came first is unknown.
        if (higher || lower) return false;
        var (extreme, away) = _direction > 0 ? (_high, bars[_high].High - bar.Low) : (_low, bar.High - bars[_low].Low);
        if (!(away > ReversalDistance(extreme))) return false;
        Add(extreme, _direction > 0);
        (_high, _low) = (now, now);
        return true;
    }

    /// <summary>The first swing: the earlier extreme becomes a pivot once the later one is far enough away.</summary>
    private bool Begin()
    {
        var first = Math.Min(_high, _low);
        if (_high == _low || !(bars[_high].High - bars[_low].Low > ReversalDistance(first))) return false;
        Add(first, first == _high);
        return true;
    }

    /// <summary>
    /// The range as of the extreme, so that the first bar that is far enough away is the farthest yet and begins the next swing.
    /// </summary>
    private double ReversalDistance(int extreme) => Reversal * Ranges[Math.Max(extreme, Period - 1)];

    private void Add(int at, bool high)
    {
        Pivots.Add(new Pivot(at, high ? bars[at].High : bars[at].Low, high, Ranges[Math.Max(at, Period - 1)]));
        _direction = high ? -1 : 1;
    }

    private double Range(int now)
    {
        var (bar, before) = (bars[now], now == 0 ? bars[now].Close : bars[now - 1].Close);
        var range = Math.Max(bar.High, before) - Math.Min(bar.Low, before);
        if (now >= Period) return Ranges[^1] + (range - Ranges[^1]) / Period;
        _sum += range;
        return now == Period - 1 ? _sum / Period : double.NaN;
    }
}
