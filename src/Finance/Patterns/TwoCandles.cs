namespace AgentInvest.Finance.Patterns;

/// <summary>Patterns of two candles, and of one that is told by where it stands to the one before.</summary>
internal static class TwoCandles
{
    public static readonly CandlePattern[] Patterns =
    [
        new("CDLCOUNTERATTACK", 11, Counterattack), new("CDLDARKCLOUDCOVER", 11, DarkCloudCover), new("CDLDOJISTAR", 11, DojiStar), new("CDLENGULFING", 2, Engulfing),
        new("CDLHAMMER", 11, Hammer), new("CDLHANGINGMAN", 11, HangingMan), new("CDLHARAMI", 11, Harami), new("CDLHARAMICROSS", 11, HaramiCross),
        new("CDLHOMINGPIGEON", 11, HomingPigeon), new("CDLINNECK", 11, InNeck), new("CDLINVERTEDHAMMER", 11, InvertedHammer), new("CDLKICKING", 11, Kicking),
        new("CDLKICKINGBYLENGTH", 11, KickingByLength), new("CDLMATCHINGLOW", 6, MatchingLow), new("CDLONNECK", 11, OnNeck), new("CDLPIERCING", 11, Piercing),
        new("CDLSEPARATINGLINES", 11, SeparatingLines), new("CDLSHOOTINGSTAR", 11, ShootingStar), new("CDLTHRUSTING", 11, Thrusting),
    ];

    /// <summary>Long candles of opposite colours that close at the same price.</summary>
    private static int Counterattack(in Candles c) => AreOpposite(c) && c.IsLong(1) && c.IsLong(0) && c.AreEqual(c[0].Close, c[1].Close, 1) ? c[0].Sign : 0;

    /// <summary>A long white candle; a black one that opens above its high and closes in the lower half of its body.</summary>
    private static int DarkCloudCover(in Candles c) =>
        c[1].IsWhite && c[0].IsBlack && c.IsLong(1) && c[0].Open > c[1].High && c[0].Close > c[1].Open && c[0].Close < c[1].Close - c[1].Body * 0.5 ? -100 : 0;

    /// <summary>A long candle; a doji whose body gaps away in its direction.</summary>
    private static int DojiStar(in Candles c) => c.IsDoji(0) && c.IsLong(1) && (c[1].IsWhite ? c[0].BodyGapsUp(c[1]) : c[0].BodyGapsDown(c[1])) ? -c[1].Sign : 0;

    /// <summary>A body that goes beyond both ends of the opposite body before.</summary>
    private static int Engulfing(in Candles c) => Engulfs(c) ? c[0].Sign : 0;

    /// <summary>Whether the latest candle does; part of three outside, too.</summary>
    public static bool Engulfs(in Candles c) => AreOpposite(c) && c[1].BodyIsWithin(c[0]);

    /// <summary>A short body at the high of its candle with a long lower shadow, below or near the low before.</summary>
    private static int Hammer(in Candles c) => c.IsShort(0) && c[0].HasLongLowerShadow && c.HasVeryShortUpperShadow(0) && c[0].Bottom <= c[1].Low + c.Near(1) ? 100 : 0;

    /// <summary>The same, above or near the high before.</summary>
    private static int HangingMan(in Candles c) => c.IsShort(0) && c[0].HasLongLowerShadow && c.HasVeryShortUpperShadow(0) && c[0].Bottom >= c[1].High - c.Near(1) ? -100 : 0;

    /// <summary>A long body; one that is not, within it.</summary>
    private static int Harami(in Candles c) => c[0].BodyIsWithin(c[1]) && c.IsLong(1) && !c.IsLong(0) ? -c[1].Sign : 0;

    /// <summary>A long body; a doji within it.</summary>
    private static int HaramiCross(in Candles c) => c[0].BodyIsWithin(c[1]) && c.IsLong(1) && c.IsDoji(0) ? -c[1].Sign : 0;

    /// <summary>A harami of two black candles.</summary>
    private static int HomingPigeon(in Candles c) => c[1].IsBlack && c[0].IsBlack && c[0].BodyIsWithin(c[1]) && c.IsLong(1) && !c.IsLong(0) ? 100 : 0;

    /// <summary>A long black candle; a white one that opens below its low and closes at its close, or slightly above.</summary>
    private static int InNeck(in Candles c) => OpensBelowLongBlack(c) && c[0].Close <= c[1].Close + c.Equal(1) && c[0].Close >= c[1].Close ? -100 : 0;

    /// <summary>A short body at the low of its candle with a long upper shadow, gapping down.</summary>
    private static int InvertedHammer(in Candles c) => IsShootingCandle(c) && c[0].BodyGapsDown(c[1]) ? 100 : 0;

    /// <summary>Two marubozu of opposite colours, the second gapping away from the first in its own direction.</summary>
    private static int Kicking(in Candles c) => Kicks(c) ? c[0].Sign : 0;

    /// <summary>The same; the longer of the two tells the direction.</summary>
    private static int KickingByLength(in Candles c) => Kicks(c) ? c[c[0].Body > c[1].Body ? 0 : 1].Sign : 0;

    /// <summary>Two black candles that close at the same price.</summary>
    private static int MatchingLow(in Candles c) => c[1].IsBlack && c[0].IsBlack && c.AreEqual(c[0].Close, c[1].Close, 1) ? 100 : 0;

    /// <summary>A long black candle; a white one that opens below its low and closes at it.</summary>
    private static int OnNeck(in Candles c) => OpensBelowLongBlack(c) && c.AreEqual(c[0].Close, c[1].Low, 1) ? -100 : 0;

    /// <summary>A long black candle; a long white one that opens below its low and closes in the upper half of its body.</summary>
    private static int Piercing(in Candles c) => OpensBelowLongBlack(c) && c.IsLong(0) && c[0].Close < c[1].Open && c[0].Close > c[1].Close + c[1].Body * 0.5 ? 100 : 0;

    /// <summary>Candles of opposite colours that open at the same price, the second a belt hold.</summary>
    private static int SeparatingLines(in Candles c) =>
        AreOpposite(c) && c.AreEqual(c[0].Open, c[1].Open, 1) && c.IsLong(0) && (c[0].IsWhite ? c.HasVeryShortLowerShadow(0) : c.HasVeryShortUpperShadow(0)) ? c[0].Sign : 0;

    /// <summary>A short body at the low of its candle with a long upper shadow, gapping up.</summary>
    private static int ShootingStar(in Candles c) => IsShootingCandle(c) && c[0].BodyGapsUp(c[1]) ? -100 : 0;

    /// <summary>A long black candle; a white one that opens below its low and closes in the lower half of its body, not at its close.</summary>
    private static int Thrusting(in Candles c) => OpensBelowLongBlack(c) && c[0].Close > c[1].Close + c.Equal(1) && c[0].Close <= c[1].Close + c[1].Body * 0.5 ? -100 : 0;

    private static bool AreOpposite(in Candles c) => c[1].IsWhite != c[0].IsWhite;

    private static bool IsShootingCandle(in Candles c) => c.IsShort(0) && c[0].HasLongUpperShadow && c.HasVeryShortLowerShadow(0);

    private static bool OpensBelowLongBlack(in Candles c) => c[1].IsBlack && c[0].IsWhite && c[0].Open < c[1].Low && c.IsLong(1);

    private static bool Kicks(in Candles c) => AreOpposite(c) && (c[0].IsWhite ? c[0].GapsUp(c[1]) : c[0].GapsDown(c[1])) && c.IsMarubozu(1) && c.IsMarubozu(0);
}
