namespace AgentInvest.Finance.Patterns;

/// <summary>Patterns of three candles.</summary>
internal static class ThreeCandles
{
    public static readonly CandlePattern[] Patterns =
    [
        new("CDL2CROWS", 12, TwoCrows),
        new("CDL3INSIDE", 12, ThreeInside),
        new("CDL3OUTSIDE", 3, ThreeOutside),
        new("CDL3STARSINSOUTH", 12, ThreeStarsInTheSouth),
        new("CDL3WHITESOLDIERS", 12, ThreeWhiteSoldiers),
        new("CDLABANDONEDBABY", 12, AbandonedBaby),
        new("CDLADVANCEBLOCK", 12, AdvanceBlock),
        new("CDLEVENINGDOJISTAR", 12, EveningDojiStar),
        new("CDLEVENINGSTAR", 12, EveningStar),
        new("CDLGAPSIDESIDEWHITE", 7, GapSideBySideWhite),
        new("CDLIDENTICAL3CROWS", 12, IdenticalThreeCrows),
        new("CDLMORNINGDOJISTAR", 12, MorningDojiStar),
        new("CDLMORNINGSTAR", 12, MorningStar),
        new("CDLSTALLEDPATTERN", 12, Stalled),
        new("CDLSTICKSANDWICH", 7, StickSandwich),
        new("CDLTASUKIGAP", 7, TasukiGap),
        new("CDLTRISTAR", 12, Tristar),
        new("CDLUNIQUE3RIVER", 12, UniqueThreeRiver),
        new("CDLUPSIDEGAP2CROWS", 12, UpsideGapTwoCrows),
        new("CDLXSIDEGAP3METHODS", 2, GapThreeMethods),
    ];

    /// <summary>How far into the first body the third candle must close.</summary>
    private const double Penetration = 0.3;

    /// <summary>
    /// A long white candle; a black one whose body gaps up; a black one that opens within that body and closes within the first.
    /// </summary>
    private static int TwoCrows(CandleWindow c) =>
        c[2].IsWhite && c[1].IsBlack && c[0].IsBlack && c[1].BodyGapsUp(c[2]) && c[0].Open < c[1].Open && c[0].Open > c[1].Close
        && c[0].Close > c[2].Open && c[0].Close < c[2].Close && c[2].IsLong ? -100 : 0;

    /// <summary>A harami, then an opposite candle that closes beyond the first one's open.</summary>
    private static int ThreeInside(CandleWindow c) =>
        c[1].BodyIsWithin(c[2])
        && c[2].IsWhite != c[0].IsWhite
        && (c[2].IsWhite ? c[0].Close < c[2].Open : c[0].Close > c[2].Open)
        && c[2].IsLong
        && !c[1].IsLong
            ? -c[2].Sign
            : 0;

    /// <summary>An engulfing, then a close further in its direction.</summary>
    private static int ThreeOutside(CandleWindow c) =>
        TwoCandles.Engulfs(c[1], c[2]) && (c[1].IsWhite ? c[0].Close > c[1].Close : c[0].Close < c[1].Close) ? c[1].Sign : 0;

    /// <summary>
    /// Ever smaller black candles: a long one with a long lower shadow, one within its range with a lower low's shadow, and a small
    /// marubozu within that one's range.
    /// </summary>
    private static int ThreeStarsInTheSouth(CandleWindow c) =>
        c[2].IsBlack
        && c[1].IsBlack
        && c[0].IsBlack
        && c[2].HasLongLowerShadow
        && c[2].IsLong
        && c[1].Body < c[2].Body
        && c[1].Open > c[2].Close
        && c[1].Open <= c[2].High
        && c[1].Low < c[2].Close
        && c[1].Low >= c[2].Low
        && c[1].HasLowerShadow
        && c[0].Low > c[1].Low
        && c[0].High < c[1].High
        && c[0].IsShort
        && c[0].HasVeryShortShadows
            ? 100
            : 0;

    /// <summary>
    /// Three white candles without upper shadows, each opening within or near the body before and closing higher, none far shorter than the
    /// one before.
    /// </summary>
    private static int ThreeWhiteSoldiers(CandleWindow c) =>
        ThreeAdvance(c) && c[2].HasVeryShortUpperShadow && c[1].HasVeryShortUpperShadow && c[0].HasVeryShortUpperShadow
        && c[1].Body > c[2].Body - c[2].Far && c[0].Body > c[1].Body - c[1].Far && c[0].IsLong ? 100 : 0;

    /// <summary>
    /// A long candle; a doji that gaps away with its shadows; a long opposite candle that gaps back and closes well within the first body.
    /// </summary>
    private static int AbandonedBaby(CandleWindow c) =>
        (c[2].IsWhite
            ? c[0].IsBlack && c[1].GapsUp(c[2]) && c[0].GapsDown(c[1]) && ClosesWellBelow(c)
            : c[0].IsWhite && c[1].GapsDown(c[2]) && c[0].GapsUp(c[1]) && ClosesWellAbove(c))
        && c[2].IsLong && c[1].IsDoji && c[0].IsLong ? c[0].Sign : 0;

    /// <summary>
    /// Three white candles that advance, the first long with a short upper shadow, and weaken: by smaller bodies, by upper shadows, or
    /// both.
    /// </summary>
    private static int AdvanceBlock(CandleWindow c) => ThreeAdvance(c) && c[2].IsLong && c[2].HasShortUpperShadow && Weakens(c) ? -100 : 0;

    private static bool Weakens(CandleWindow c)
    {
        var (first, second, third) = (c[2].Body, c[1].Body, c[0].Body);
        return (second < first - c[2].Far && third < second + c[1].Near)
            || third < second - c[1].Far
            || (third < second && second < first && (c[0].HasMoreThanShortUpperShadow || c[1].HasMoreThanShortUpperShadow))
            || (third < second && c[0].HasLongUpperShadow);
    }

    /// <summary>Three white candles, each closing higher and opening higher, within or near the body before.</summary>
    private static bool ThreeAdvance(CandleWindow c) =>
        c[2].IsWhite && c[1].IsWhite && c[0].IsWhite && c[0].Close > c[1].Close && c[1].Close > c[2].Close
        && c[1].Open > c[2].Open && c[1].Open <= c[2].Close + c[2].Near && c[0].Open > c[1].Open && c[0].Open <= c[1].Close + c[1].Near;

    /// <summary>An evening star whose second candle is a doji.</summary>
    private static int EveningDojiStar(CandleWindow c) => IsEvening(c) && c[1].IsDoji ? -100 : 0;

    /// <summary>
    /// A long white candle; one that is not, its body gapping up; a long black one that closes well within the first body.
    /// </summary>
    private static int EveningStar(CandleWindow c) => IsEvening(c) && !c[1].IsLong ? -100 : 0;

    private static bool IsEvening(CandleWindow c) =>
        c[2].IsWhite && c[0].IsBlack && c[1].BodyGapsUp(c[2]) && ClosesWellBelow(c) && c[2].IsLong && c[0].IsLong;

    /// <summary>
    /// Two white candles of about the same open and size, their bodies both gapping away from the first candle's on the same side.
    /// </summary>
    private static int GapSideBySideWhite(CandleWindow c)
    {
        var up = c[1].BodyGapsUp(c[2]);
        if (!c[1].IsWhite || !c[0].IsWhite || !(up ? c[0].BodyGapsUp(c[2]) : c[1].BodyGapsDown(c[2]) && c[0].BodyGapsDown(c[2]))) return 0;
        var near = c[1].Near;
        return c[0].Body >= c[1].Body - near && c[0].Body <= c[1].Body + near && c[1].AreEqual(c[0].Open, c[1].Open)
            ? (up ? 100 : -100)
            : 0;
    }

    /// <summary>Three black candles without lower shadows, each closing lower and opening at the close before.</summary>
    private static int IdenticalThreeCrows(CandleWindow c) =>
        c[2].IsBlack && c[1].IsBlack && c[0].IsBlack && c[2].Close > c[1].Close && c[1].Close > c[0].Close
        && c[2].AreEqual(c[1].Open, c[2].Close) && c[1].AreEqual(c[0].Open, c[1].Close)
        && c[2].HasVeryShortLowerShadow && c[1].HasVeryShortLowerShadow && c[0].HasVeryShortLowerShadow ? -100 : 0;

    /// <summary>A morning star whose second candle is a doji.</summary>
    private static int MorningDojiStar(CandleWindow c) => IsMorning(c) && c[1].IsDoji ? 100 : 0;

    /// <summary>
    /// A long black candle; one that is not, its body gapping down; a long white one that closes well within the first body.
    /// </summary>
    private static int MorningStar(CandleWindow c) => IsMorning(c) && !c[1].IsLong ? 100 : 0;

    private static bool IsMorning(CandleWindow c) =>
        c[2].IsBlack && c[0].IsWhite && c[1].BodyGapsDown(c[2]) && ClosesWellAbove(c) && c[2].IsLong && c[0].IsLong;

    private static bool ClosesWellBelow(CandleWindow c) => c[0].Close < c[2].Close - c[2].Body * Penetration;

    private static bool ClosesWellAbove(CandleWindow c) => c[0].Close > c[2].Close + c[2].Body * Penetration;

    /// <summary>
    /// Two long white candles, the second without an upper shadow; then a short white one at the shoulder of the second or above.
    /// </summary>
    private static int Stalled(CandleWindow c) =>
        c[2].IsWhite && c[1].IsWhite && c[0].IsWhite && c[0].Close > c[1].Close && c[1].Close > c[2].Close
        && c[1].Open > c[2].Open && c[1].Open <= c[2].Close + c[2].Near && c[0].Open >= c[1].Close - c[0].Body - c[1].Near
        && c[2].IsLong && c[1].IsLong && c[1].HasVeryShortUpperShadow && c[0].IsShort ? -100 : 0;

    /// <summary>A black candle; a white one that trades above its close; a black one that closes where the first did.</summary>
    private static int StickSandwich(CandleWindow c) =>
        c[2].IsBlack && c[1].IsWhite && c[0].IsBlack && c[1].Low > c[2].Close && c[2].AreEqual(c[0].Close, c[2].Close) ? 100 : 0;

    /// <summary>
    /// A body that gaps away in its own direction; an opposite one of about its size that opens within it and closes within the gap.
    /// </summary>
    private static int TasukiGap(CandleWindow c) =>
        (
            c[1].IsWhite
                ? c[0].IsBlack
                    && c[1].BodyGapsUp(c[2])
                    && c[0].Open < c[1].Close
                    && c[0].Open > c[1].Open
                    && c[0].Close < c[1].Open
                    && c[0].Close > c[2].Top
                : c[0].IsWhite
                    && c[1].BodyGapsDown(c[2])
                    && c[0].Open < c[1].Open
                    && c[0].Open > c[1].Close
                    && c[0].Close > c[1].Open
                    && c[0].Close < c[2].Bottom
        )
        && Math.Abs(c[1].Body - c[0].Body) < c[1].Near
            ? c[1].Sign
            : 0;

    /// <summary>Three doji by the measure of the first, the second gapping away and the third back from it.</summary>
    private static int Tristar(CandleWindow c) =>
        !c[2].IsDoji || c[1].Body > c[2].DojiLength || c[0].Body > c[2].DojiLength ? 0
        : c[1].BodyGapsUp(c[2]) && c[0].Top < c[1].Top ? -100
        : c[1].BodyGapsDown(c[2]) && c[0].Bottom > c[1].Bottom ? 100 : 0;

    /// <summary>A long black candle; a black body within it with a lower low; a short white one that opens above that low.</summary>
    private static int UniqueThreeRiver(CandleWindow c) =>
        c[2].IsBlack
        && c[1].IsBlack
        && c[0].IsWhite
        && c[1].Close > c[2].Close
        && c[1].Open <= c[2].Open
        && c[1].Low < c[2].Low
        && c[0].Open > c[1].Low
        && c[2].IsLong
        && c[0].IsShort
            ? 100
            : 0;

    /// <summary>
    /// A long white candle; a black one that is not, its body gapping up; a black one that engulfs it and closes above the first close.
    /// </summary>
    private static int UpsideGapTwoCrows(CandleWindow c) =>
        c[2].IsWhite
        && c[1].IsBlack
        && c[0].IsBlack
        && c[1].BodyGapsUp(c[2])
        && c[1].BodyIsWithin(c[0])
        && c[0].Close > c[2].Close
        && c[2].IsLong
        && !c[1].IsLong
            ? -100
            : 0;

    /// <summary>
    /// Two candles of one colour, gapping in its direction; an opposite one that opens within the second body and closes within the first.
    /// </summary>
    private static int GapThreeMethods(CandleWindow c) =>
        c[2].IsWhite == c[1].IsWhite && c[1].IsWhite != c[0].IsWhite && (c[2].IsWhite ? c[1].BodyGapsUp(c[2]) : c[1].BodyGapsDown(c[2]))
        && c[0].Open < c[1].Top && c[0].Open > c[1].Bottom && c[0].Close < c[2].Top && c[0].Close > c[2].Bottom ? c[2].Sign : 0;
}
