using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>A turning point: the extreme of a swing, in whole bars.</summary>
/// <param name="Range">The average true range at its bar.</param>
internal readonly record struct Pivot(int At, double Price, bool IsHigh, double Range)
{
    public PatternPoint Point(string role) => new(role, At, Price);
}

/// <summary>
/// A zig-zag whose reversal is measured in average true ranges (Wilder 1978): highs and lows alternate, each confirmed by the first later bar that is a
/// reversal away from it, and none ever withdrawn.
/// </summary>
internal sealed class Swings(List<Ohlcv> bars)
{
    /// <summary>Wilder's period.</summary>
    private const int Period = 14;

    /// <summary>
    /// Average true ranges that make a swing. A random walk takes about ten bars to turn by two, so that five pivots are the two to three months that
    /// Bulkowski finds shapes of days to take; less would be noise, more would see only shapes of a year.
    /// </summary>
    private const double Reversal = 2;

    private int _direction, _high, _low;
    private double _sum;

    public List<Pivot> Pivots { get; } = [];

    /// <summary>The average true range at each bar, NaN before there is one.</summary>
    public List<double> Ranges { get; } = new(bars.Count);

    /// <summary>Takes the next bar and says whether it confirmed a pivot.</summary>
    public bool Next(int now)
    {
        Ranges.Add(Range(now));
        if (now < Period) return Extend(now, true, true);
        var bar = bars[now];
        // A bar that makes a new extreme confirms nothing: which of its ends came first is unknown.
        if (_direction >= 0 && bar.High > bars[_high].High) return Extend(now, true, _direction == 0 && bar.Low < bars[_low].Low);
        if (_direction <= 0 && bar.Low < bars[_low].Low) return Extend(now, false, true);
        if (_direction >= 0 && bars[_high].High - bar.Low > Least(_high)) return Turn(now, true);
        return _direction <= 0 && bar.High - bars[_low].Low > Least(_low) && Turn(now, false);
    }

    /// <summary>The range as of the extreme, so that the first bar that is far enough away is the farthest yet and begins the next swing.</summary>
    private double Least(int extreme) => Reversal * Ranges[Math.Max(extreme, Period - 1)];

    private bool Extend(int now, bool high, bool low)
    {
        if (high && bars[now].High > bars[_high].High) _high = now;
        if (low && bars[now].Low < bars[_low].Low) _low = now;
        return false;
    }

    private bool Turn(int now, bool high)
    {
        var at = high ? _high : _low;
        Pivots.Add(new Pivot(at, high ? bars[at].High : bars[at].Low, high, Ranges[Math.Max(at, Period - 1)]));
        (_direction, _high, _low) = (high ? -1 : 1, now, now);
        return true;
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
