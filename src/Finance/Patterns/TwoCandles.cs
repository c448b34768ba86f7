namespace AgentInvest.Finance.Patterns;

/// <summary>Patterns of two candles, and of one that is defined by its place relative to the one before.</summary>
internal static class TwoCandles
{
    public static readonly CandlePattern[] Patterns =
    [
        new("CDLCOUNTERATTACK", 11, Counterattack),
        new("CDLDARKCLOUDCOVER", 11, DarkCloudCover),
        new("CDLDOJISTAR", 11, DojiStar),
        new("CDLENGULFING", 2, Engulfing),
        new("CDLHAMMER", 11, Hammer),
        new("CDLHANGINGMAN", 11, HangingMan),
        new("CDLHARAMI", 11, Harami),
        new("CDLHARAMICROSS", 11, HaramiCross),
        new("CDLHOMINGPIGEON", 11, HomingPigeon),
        new("CDLINNECK", 11, InNeck),
        new("CDLINVERTEDHAMMER", 11, InvertedHammer),
        new("CDLKICKING", 11, Kicking),
        new("CDLKICKINGBYLENGTH", 11, KickingByLength),
        new("CDLMATCHINGLOW", 6, MatchingLow),
        new("CDLONNECK", 11, OnNeck),
        new("CDLPIERCING", 11, Piercing),
        new("CDLSEPARATINGLINES", 11, SeparatingLines),
        new("CDLSHOOTINGSTAR", 11, ShootingStar),
        new("CDLTHRUSTING", 11, Thrusting),
    ];

    /// <summary>Long candles of opposite colours that close at the same price.</summary>
    private static int Counterattack(CandleWindow c) =>
        AreOpposite(c) && c[1].IsLong && c[0].IsLong && c[1].AreEqual(c[0].Close, c[1].Close) ? c[0].Sign : 0;

    /// <summary>A long white candle; a black one that opens above its high and closes in the lower half of its body.</summary>
    private static int DarkCloudCover(CandleWindow c) =>
        c[1].IsWhite
        && c[0].IsBlack
        && c[1].IsLong
        && c[0].Open > c[1].High
        && c[0].Close > c[1].Open
        && c[0].Close < c[1].Close - c[1].Body * 0.5
            ? -100
            : 0;

    /// <summary>A long candle; a doji whose body gaps away in its direction.</summary>
    private static int DojiStar(CandleWindow c) =>
        c[0].IsDoji && c[1].IsLong && (c[1].IsWhite ? c[0].BodyGapsUp(c[1]) : c[0].BodyGapsDown(c[1])) ? -c[1].Sign : 0;

    /// <summary>A body that goes beyond both ends of the opposite body before.</summary>
    private static int Engulfing(CandleWindow c) => Engulfs(c[0], c[1]) ? c[0].Sign : 0;

    public static bool Engulfs(in Candle candle, in Candle before) => candle.IsWhite != before.IsWhite && before.BodyIsWithin(candle);

    /// <summary>A short body at the high of its candle with a long lower shadow, below or near the low before.</summary>
    private static int Hammer(CandleWindow c) =>
        c[0].IsShort && c[0].HasLongLowerShadow && c[0].HasVeryShortUpperShadow && c[0].Bottom <= c[1].Low + c[1].Near ? 100 : 0;

    /// <summary>The same, above or near the high before.</summary>
    private static int HangingMan(CandleWindow c) =>
        c[0].IsShort && c[0].HasLongLowerShadow && c[0].HasVeryShortUpperShadow && c[0].Bottom >= c[1].High - c[1].Near ? -100 : 0;

    /// <summary>A long body; one that is not, within it.</summary>
    private static int Harami(CandleWindow c) => c[0].BodyIsWithin(c[1]) && c[1].IsLong && !c[0].IsLong ? -c[1].Sign : 0;

    /// <summary>A long body; a doji within it.</summary>
    private static int HaramiCross(CandleWindow c) => c[0].BodyIsWithin(c[1]) && c[1].IsLong && c[0].IsDoji ? -c[1].Sign : 0;

    /// <summary>A harami of two black candles.</summary>
    private static int HomingPigeon(CandleWindow c) =>
        c[1].IsBlack && c[0].IsBlack && c[0].BodyIsWithin(c[1]) && c[1].IsLong && !c[0].IsLong ? 100 : 0;

    /// <summary>A long black candle; a white one that opens below its low and closes at its close, or slightly above.</summary>
    private static int InNeck(CandleWindow c) =>
        OpensBelowLongBlack(c) && c[0].Close <= c[1].Close + c[1].Equal && c[0].Close >= c[1].Close ? -100 : 0;

    /// <summary>A short body at the low of its candle with a long upper shadow, gapping down.</summary>
    private static int InvertedHammer(CandleWindow c) => IsShootingCandle(c) && c[0].BodyGapsDown(c[1]) ? 100 : 0;

    /// <summary>Two marubozu of opposite colours, the second gapping away from the first in its own direction.</summary>
    private static int Kicking(CandleWindow c) => Kicks(c) ? c[0].Sign : 0;

    /// <summary>The same; the longer of the two gives the direction.</summary>
    private static int KickingByLength(CandleWindow c) => Kicks(c) ? c[c[0].Body > c[1].Body ? 0 : 1].Sign : 0;

    /// <summary>Two black candles that close at the same price.</summary>
    private static int MatchingLow(CandleWindow c) => c[1].IsBlack && c[0].IsBlack && c[1].AreEqual(c[0].Close, c[1].Close) ? 100 : 0;

    /// <summary>A long black candle; a white one that opens below its low and closes at it.</summary>
    private static int OnNeck(CandleWindow c) => OpensBelowLongBlack(c) && c[1].AreEqual(c[0].Close, c[1].Low) ? -100 : 0;

    /// <summary>A long black candle; a long white one that opens below its low and closes in the upper half of its body.</summary>
    private static int Piercing(CandleWindow c) =>
        OpensBelowLongBlack(c) && c[0].IsLong && c[0].Close < c[1].Open && c[0].Close > c[1].Close + c[1].Body * 0.5 ? 100 : 0;

    /// <summary>Candles of opposite colours that open at the same price, the second a belt hold.</summary>
    private static int SeparatingLines(CandleWindow c) =>
        AreOpposite(c) && c[1].AreEqual(c[0].Open, c[1].Open) && c[0].IsBeltHold ? c[0].Sign : 0;

    /// <summary>A short body at the low of its candle with a long upper shadow, gapping up.</summary>
    private static int ShootingStar(CandleWindow c) => IsShootingCandle(c) && c[0].BodyGapsUp(c[1]) ? -100 : 0;

    /// <summary>
    /// A long black candle; a white one that opens below its low and closes in the lower half of its body, not at its close.
    /// </summary>
    private static int Thrusting(CandleWindow c) =>
        OpensBelowLongBlack(c) && c[0].Close > c[1].Close + c[1].Equal && c[0].Close <= c[1].Close + c[1].Body * 0.5 ? -100 : 0;

    private static bool AreOpposite(CandleWindow c) => c[1].IsWhite != c[0].IsWhite;

    private static bool IsShootingCandle(CandleWindow c) => c[0].IsShort && c[0].HasLongUpperShadow && c[0].HasVeryShortLowerShadow;

    private static bool OpensBelowLongBlack(CandleWindow c) => c[1].IsBlack && c[0].IsWhite && c[0].Open < c[1].Low && c[1].IsLong;

    private static bool Kicks(CandleWindow c) =>
        AreOpposite(c) && (c[0].IsWhite ? c[0].GapsUp(c[1]) : c[0].GapsDown(c[1])) && c[1].IsMarubozu && c[0].IsMarubozu;
}
