using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>
/// A bar as candlestick patterns see it. The body spans open and close, the shadows are what is outside of it; all lengths are in the units of the price.
/// Like TA-Lib's, a candle whose open and close are the same is white.
/// </summary>
internal readonly struct Candle
{
    public readonly double Open, High, Low, Close;

    /// <summary>|close − open|.</summary>
    public readonly double Body;

    /// <summary>The ends of the body.</summary>
    public readonly double Top, Bottom;

    public readonly double UpperShadow, LowerShadow;

    public Candle(in Ohlcv bar)
    {
        (Open, High, Low, Close, Body) = (bar.Open, bar.High, bar.Low, bar.Close, Math.Abs(bar.Close - bar.Open));
        (Bottom, Top) = bar.Close >= bar.Open ? (bar.Open, bar.Close) : (bar.Close, bar.Open);
        (UpperShadow, LowerShadow) = (High - Top, Bottom - Low);
    }

    public bool IsWhite => Close >= Open;
    public bool IsBlack => !IsWhite;

    /// <summary>100 for white, −100 for black.</summary>
    public int Sign => IsWhite ? 100 : -100;

    public double Range => High - Low;

    /// <summary>Long, of a shadow: longer than the candle's own body; very long: than twice its body.</summary>
    public bool HasLongUpperShadow => UpperShadow > Body;
    public bool HasLongLowerShadow => LowerShadow > Body;
    public bool HasVeryLongUpperShadow => UpperShadow > 2 * Body;
    public bool HasVeryLongLowerShadow => LowerShadow > 2 * Body;

    /// <summary>Whether the bodies leave a gap between them, shadows or not.</summary>
    public bool BodyGapsUp(in Candle from) => Bottom > from.Top;
    public bool BodyGapsDown(in Candle from) => Top < from.Bottom;

    /// <summary>Whether the candles do, with their shadows.</summary>
    public bool GapsUp(in Candle from) => Low > from.High;
    public bool GapsDown(in Candle from) => High < from.Low;

    /// <summary>Whether this body is between the ends of the other, touching neither.</summary>
    public bool BodyIsWithin(in Candle other) => Top < other.Top && Bottom > other.Bottom;
}
