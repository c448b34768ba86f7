namespace AgentInvest.Finance.Patterns;

/// <summary>Patterns of four candles and more.</summary>
internal static class MoreCandles
{
    public static readonly CandlePattern[] Patterns =
    [
        new("CDL3BLACKCROWS", 13, ThreeBlackCrows),
        new("CDL3LINESTRIKE", 8, ThreeLineStrike),
        new("CDLBREAKAWAY", 14, Breakaway),
        new("CDLCONCEALBABYSWALL", 13, ConcealingBabySwallow),
        new("CDLHIKKAKE", 5, Hikkake),
        new("CDLHIKKAKEMOD", 10, ModifiedHikkake),
        new("CDLLADDERBOTTOM", 14, LadderBottom),
        new("CDLMATHOLD", 14, MatHold),
        new("CDLRISEFALL3METHODS", 14, RisingFallingThreeMethods),
    ];

    /// <summary>Within how many candles a hikkake is confirmed.</summary>
    private const int Confirmation = 3;

    /// <summary>How much of the first body the candles of a mat hold may give back.</summary>
    private const double Penetration = 0.5;

    /// <summary>
    /// After a white candle, three black ones without lower shadows, each opening within the body before and closing lower, the first
    /// closing below the white one's high.
    /// </summary>
    private static int ThreeBlackCrows(CandleWindow c) =>
        c[3].IsWhite
        && c[2].IsBlack
        && c[1].IsBlack
        && c[0].IsBlack
        && c[3].High > c[2].Close
        && c[2].Close > c[1].Close
        && c[1].Close > c[0].Close
        && c[1].Open < c[2].Open
        && c[1].Open > c[2].Close
        && c[0].Open < c[1].Open
        && c[0].Open > c[1].Close
        && c[2].HasVeryShortLowerShadow
        && c[1].HasVeryShortLowerShadow
        && c[0].HasVeryShortLowerShadow
            ? -100
            : 0;

    /// <summary>
    /// Three candles of one colour, each closing further and opening within or near the body before; an opposite one that opens beyond the
    /// last close and closes beyond the first open.
    /// </summary>
    private static int ThreeLineStrike(CandleWindow c)
    {
        var white = c[1].IsWhite;
        if (c[3].IsWhite != white || c[2].IsWhite != white || c[0].IsWhite == white) return 0;
        var strikes = white
            ? c[1].Close > c[2].Close && c[2].Close > c[3].Close && c[0].Open > c[1].Close && c[0].Close < c[3].Open
            : c[1].Close < c[2].Close && c[2].Close < c[3].Close && c[0].Open < c[1].Close && c[0].Close > c[3].Open;
        return strikes && OpensNearBody(c, 2, 3) && OpensNearBody(c, 1, 2) ? c[1].Sign : 0;
    }

    private static bool OpensNearBody(CandleWindow c, int ago, int before) =>
        c[ago].Open >= c[before].Bottom - c[before].Near && c[ago].Open <= c[before].Top + c[before].Near;

    /// <summary>
    /// A long candle; one of its colour that gaps on; two with ever further highs and lows, the second of the same colour; an opposite one
    /// that closes within the gap.
    /// </summary>
    private static int Breakaway(CandleWindow c) =>
        c[4].IsWhite == c[3].IsWhite
        && c[3].IsWhite == c[1].IsWhite
        && c[1].IsWhite != c[0].IsWhite
        && (
            c[4].IsWhite
                ? c[3].BodyGapsUp(c[4])
                    && c[2].High > c[3].High
                    && c[2].Low > c[3].Low
                    && c[1].High > c[2].High
                    && c[1].Low > c[2].Low
                    && c[0].Close < c[3].Open
                    && c[0].Close > c[4].Close
                : c[3].BodyGapsDown(c[4])
                    && c[2].High < c[3].High
                    && c[2].Low < c[3].Low
                    && c[1].High < c[2].High
                    && c[1].Low < c[2].Low
                    && c[0].Close > c[3].Open
                    && c[0].Close < c[4].Close
        )
        && c[4].IsLong
            ? c[0].Sign
            : 0;

    /// <summary>
    /// Four black candles: two without shadows; one whose body gaps down, its upper shadow reaching into the body before; one that engulfs
    /// it with its shadows.
    /// </summary>
    private static int ConcealingBabySwallow(CandleWindow c) =>
        c[3].IsBlack
        && c[2].IsBlack
        && c[1].IsBlack
        && c[0].IsBlack
        && c[1].BodyGapsDown(c[2])
        && c[1].High > c[2].Close
        && c[0].High > c[1].High
        && c[0].Low < c[1].Low
        && c[3].HasVeryShortShadows
        && c[2].HasVeryShortShadows
        && c[1].HasUpperShadow
            ? 100
            : 0;

    /// <summary>
    /// An inside bar, then a bar that breaks out of it: bullish downwards, bearish upwards. Confirmed by the first of the next three closes
    /// beyond the other end of the inside bar, unless there is a new hikkake before or at that close.
    /// </summary>
    private static int Hikkake(CandleWindow c) => FoundOrConfirmed(c, BreaksFromInside);

    /// <summary>
    /// A hikkake of two inside bars, one within the other, the first of them closing near the end that the break goes to.
    /// </summary>
    private static int ModifiedHikkake(CandleWindow c) => FoundOrConfirmed(c, BreaksFromTwoInside);

    private static int BreaksFromInside(CandleWindow c, int ago) => c[ago + 1].IsInside(c[ago + 2]) ? BreakOut(c[ago], c[ago + 1]) : 0;

    private static int BreaksFromTwoInside(CandleWindow c, int ago)
    {
        ref readonly var outer = ref c[ago + 2];
        if (!outer.IsInside(c[ago + 3]) || !c[ago + 1].IsInside(outer)) return 0;
        var strength = BreakOut(c[ago], c[ago + 1]);
        return strength > 0 && outer.Close <= outer.Low + outer.Near || strength < 0 && outer.Close >= outer.High - outer.Near
            ? strength
            : 0;
    }

    private static int FoundOrConfirmed(CandleWindow c, Func<CandleWindow, int, int> found)
    {
        if (found(c, 0) is not 0 and var now) return now;
        for (var ago = 1; ago <= Confirmation; ago++)
            if (found(c, ago) is not 0 and var strength) return IsConfirmedFirst(c, ago, strength) ? 2 * strength : 0;
        return 0;
    }

    /// <summary>Whether of the candles since the hikkake the latest is the first to close beyond its inside bar.</summary>
    private static bool IsConfirmedFirst(CandleWindow c, int since, int strength)
    {
        ref readonly var inside = ref c[since + 1];
        for (var ago = since - 1; ago > 0; ago--)
            if (IsBeyond(c[ago].Close, inside, strength)) return false;
        return IsBeyond(c[0].Close, inside, strength);
    }

    private static bool IsBeyond(double close, in Candle inside, int strength) => strength > 0 ? close > inside.High : close < inside.Low;

    private static int BreakOut(in Candle candle, in Candle inside) =>
        candle.High < inside.High && candle.Low < inside.Low ? 100
        : candle.High > inside.High && candle.Low > inside.Low ? -100 : 0;

    /// <summary>
    /// Three black candles with ever lower opens and closes; a black one with an upper shadow; a white one that opens above its open and
    /// closes above its high.
    /// </summary>
    private static int LadderBottom(CandleWindow c) =>
        c[4].IsBlack
        && c[3].IsBlack
        && c[2].IsBlack
        && c[1].IsBlack
        && c[0].IsWhite
        && c[4].Open > c[3].Open
        && c[3].Open > c[2].Open
        && c[4].Close > c[3].Close
        && c[3].Close > c[2].Close
        && c[0].Open > c[1].Open
        && c[0].Close > c[1].High
        && c[1].HasUpperShadow
            ? 100
            : 0;

    /// <summary>
    /// A long white candle; a short black one whose body gaps up; two short ones whose bodies fall into the first body, but not deep; a
    /// white one that opens above the last close and closes above the high of all three.
    /// </summary>
    private static int MatHold(CandleWindow c)
    {
        if (!c[4].IsWhite || !c[3].IsBlack || !c[0].IsWhite || !c[3].BodyGapsUp(c[4])) return 0;
        var (close, floor) = (c[4].Close, c[4].Close - c[4].Body * Penetration);
        return
            c[2].Bottom < close
            && c[1].Bottom < close
            && c[2].Bottom > floor
            && c[1].Bottom > floor
            && c[2].Top < c[3].Open
            && c[1].Top < c[2].Top
            && c[0].Open > c[1].Close
            && c[0].Close > Math.Max(Math.Max(c[3].High, c[2].High), c[1].High)
            && c[4].IsLong
            && c[3].IsShort
            && c[2].IsShort
            && c[1].IsShort
            ? 100
            : 0;
    }

    /// <summary>
    /// A long candle; three short ones of the other colour that move against it within its range; a long one of its colour that opens and
    /// closes further.
    /// </summary>
    private static int RisingFallingThreeMethods(CandleWindow c)
    {
        var white = c[4].IsWhite;
        if (c[3].IsWhite == white || c[2].IsWhite == white || c[1].IsWhite == white || c[0].IsWhite != white) return 0;
        var moves = white
            ? c[2].Close < c[3].Close && c[1].Close < c[2].Close && c[0].Open > c[1].Close && c[0].Close > c[4].Close
            : c[2].Close > c[3].Close && c[1].Close > c[2].Close && c[0].Open < c[1].Close && c[0].Close < c[4].Close;
        return moves && HoldsWithin(c[3], c[4]) && HoldsWithin(c[2], c[4]) && HoldsWithin(c[1], c[4])
            && c[4].IsLong && c[3].IsShort && c[2].IsShort && c[1].IsShort && c[0].IsLong ? c[4].Sign : 0;
    }

    /// <summary>Whether a part of the body is within the other's range.</summary>
    private static bool HoldsWithin(in Candle candle, in Candle first) => candle.Bottom < first.High && candle.Top > first.Low;
}
