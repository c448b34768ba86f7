using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <summary>What the candles before one were like on average: what its own lengths are judged by.</summary>
/// <param name="Body">|close − open| of 10 candles.</param>
/// <param name="Range">High − low of 10.</param>
/// <param name="Shadows">Both shadows together, of 10.</param>
/// <param name="ShortRange">High − low of 5.</param>
internal readonly record struct CandleAverages(double Body, double Range, double Shadows, double ShortRange);

/// <summary>
/// A bar as candlestick patterns see it. The body spans open and close, the shadows are what is outside of it; all lengths are in the units
/// of the price. What is long, short or near follows TA-Lib's candle settings with their defaults. Its "very long body" is used by none
/// of its patterns, and its long and short bodies are measured by the same average, so that a body is long, short, or exactly average.
/// </summary>
internal readonly struct Candle
{
    public readonly double Open, High, Low, Close, Body, UpperShadow, LowerShadow;

    /// <summary>The ends of the body.</summary>
    public readonly double Top, Bottom;

    /// <summary>The longest body that is a doji, a tenth of the average range; a shadow below it is very short.</summary>
    public readonly double DojiLength;

    /// <summary>Distances: 0.2, 0.6 and 0.05 of the average short range.</summary>
    public readonly double Near, Far, Equal;

    private readonly double _shortShadow;

    /// <summary>Like TA-Lib's, a candle whose open and close are the same is white.</summary>
    public readonly bool IsWhite;

    /// <summary>Against the average body.</summary>
    public readonly bool IsLong, IsShort;

    public readonly bool IsDoji, HasVeryShortUpperShadow, HasVeryShortLowerShadow;

    public Candle(in Ohlcv bar, in CandleAverages before)
    {
        (Open, High, Low, Close, IsWhite) = (bar.Open, bar.High, bar.Low, bar.Close, bar.Close >= bar.Open);
        (Body, Bottom, Top) = (Math.Abs(Close - Open), IsWhite ? Open : Close, IsWhite ? Close : Open);
        (UpperShadow, LowerShadow, DojiLength) = (High - Top, Bottom - Low, 0.1 * before.Range);
        (Near, Far, Equal, _shortShadow) = (0.2 * before.ShortRange, 0.6 * before.ShortRange, 0.05 * before.ShortRange, before.Shadows / 2);
        (IsLong, IsShort, IsDoji) = (Body > before.Body, Body < before.Body, Body <= DojiLength);
        (HasVeryShortUpperShadow, HasVeryShortLowerShadow) = (UpperShadow < DojiLength, LowerShadow < DojiLength);
    }

    public bool IsBlack => !IsWhite;

    /// <summary>100 for white, −100 for black.</summary>
    public int Sign => IsWhite ? 100 : -100;

    public double Range => High - Low;

    public bool HasVeryShortShadows => HasVeryShortUpperShadow && HasVeryShortLowerShadow;
    public bool IsMarubozu => IsLong && HasVeryShortShadows;

    /// <summary>A shadow that is more than very short.</summary>
    public bool HasUpperShadow => UpperShadow > DojiLength;
    public bool HasLowerShadow => LowerShadow > DojiLength;

    /// <summary>Less, or more, than half of the average pair of shadows.</summary>
    public bool HasShortUpperShadow => UpperShadow < _shortShadow;
    public bool HasShortLowerShadow => LowerShadow < _shortShadow;
    public bool HasMoreThanShortUpperShadow => UpperShadow > _shortShadow;

    /// <summary>Longer than the candle's own body; very long: than twice its body.</summary>
    public bool HasLongUpperShadow => UpperShadow > Body;
    public bool HasLongLowerShadow => LowerShadow > Body;
    public bool HasVeryLongUpperShadow => UpperShadow > 2 * Body;
    public bool HasVeryLongLowerShadow => LowerShadow > 2 * Body;

    /// <summary>A long body that opens at its extreme: white without a lower shadow, black without an upper one.</summary>
    public bool IsBeltHold => IsLong && (IsWhite ? HasVeryShortLowerShadow : HasVeryShortUpperShadow);

    /// <summary>Whether the bodies leave a gap between them, shadows or not.</summary>
    public bool BodyGapsUp(in Candle from) => Bottom > from.Top;
    public bool BodyGapsDown(in Candle from) => Top < from.Bottom;

    /// <summary>Whether the candles do, with their shadows.</summary>
    public bool GapsUp(in Candle from) => Low > from.High;
    public bool GapsDown(in Candle from) => High < from.Low;

    /// <summary>Whether this body is between the ends of the other, touching neither.</summary>
    public bool BodyIsWithin(in Candle other) => Top < other.Top && Bottom > other.Bottom;

    /// <summary>Whether this candle is between the ends of the other, shadows and all.</summary>
    public bool IsInside(in Candle other) => High < other.High && Low > other.Low;

    /// <summary>Whether a price is equal to another, by the measure of this candle.</summary>
    public bool AreEqual(double price, double other) => price <= other + Equal && price >= other - Equal;
}
