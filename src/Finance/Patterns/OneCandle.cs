namespace AgentInvest.Finance.Patterns;

/// <summary>Patterns of a single candle.</summary>
internal static class OneCandle
{
    public static readonly CandlePattern[] Patterns =
    [
        new("CDLBELTHOLD", 10, BeltHold),
        new("CDLCLOSINGMARUBOZU", 10, ClosingMarubozu),
        new("CDLDOJI", 10, Doji),
        new("CDLDRAGONFLYDOJI", 10, DragonflyDoji),
        new("CDLGRAVESTONEDOJI", 10, GravestoneDoji),
        new("CDLHIGHWAVE", 10, HighWave),
        new("CDLLONGLEGGEDDOJI", 10, LongLeggedDoji),
        new("CDLLONGLINE", 10, LongLine),
        new("CDLMARUBOZU", 10, Marubozu),
        new("CDLRICKSHAWMAN", 10, RickshawMan),
        new("CDLSHORTLINE", 10, ShortLine),
        new("CDLSPINNINGTOP", 10, SpinningTop),
        new("CDLTAKURI", 10, Takuri),
    ];

    private static int BeltHold(CandleWindow c) => c[0].IsBeltHold ? c[0].Sign : 0;

    /// <summary>A long body that closes at its extreme.</summary>
    private static int ClosingMarubozu(CandleWindow c) =>
        c[0].IsLong && (c[0].IsWhite ? c[0].HasVeryShortUpperShadow : c[0].HasVeryShortLowerShadow) ? c[0].Sign : 0;

    private static int Doji(CandleWindow c) => c[0].IsDoji ? 100 : 0;

    /// <summary>A doji at the high, with a lower shadow.</summary>
    private static int DragonflyDoji(CandleWindow c) => c[0].IsDoji && c[0].HasVeryShortUpperShadow && c[0].HasLowerShadow ? 100 : 0;

    /// <summary>A doji at the low, with an upper shadow.</summary>
    private static int GravestoneDoji(CandleWindow c) => c[0].IsDoji && c[0].HasVeryShortLowerShadow && c[0].HasUpperShadow ? 100 : 0;

    /// <summary>A short body with very long shadows on both sides.</summary>
    private static int HighWave(CandleWindow c) =>
        c[0].IsShort && c[0].HasVeryLongUpperShadow && c[0].HasVeryLongLowerShadow ? c[0].Sign : 0;

    private static int LongLeggedDoji(CandleWindow c) => c[0].IsDoji && (c[0].HasLongLowerShadow || c[0].HasLongUpperShadow) ? 100 : 0;

    private static int LongLine(CandleWindow c) => c[0].IsLong && c[0].HasShortUpperShadow && c[0].HasShortLowerShadow ? c[0].Sign : 0;

    private static int Marubozu(CandleWindow c) => c[0].IsMarubozu ? c[0].Sign : 0;

    /// <summary>A doji with long shadows on both sides, its body near the middle of the range.</summary>
    private static int RickshawMan(CandleWindow c)
    {
        if (!c[0].IsDoji || !c[0].HasLongLowerShadow || !c[0].HasLongUpperShadow) return 0;
        var (middle, near) = (c[0].Low + c[0].Range / 2, c[0].Near);
        return c[0].Bottom <= middle + near && c[0].Top >= middle - near ? 100 : 0;
    }

    private static int ShortLine(CandleWindow c) => c[0].IsShort && c[0].HasShortUpperShadow && c[0].HasShortLowerShadow ? c[0].Sign : 0;

    /// <summary>A short body with a longer shadow on either side.</summary>
    private static int SpinningTop(CandleWindow c) => c[0].IsShort && c[0].HasLongUpperShadow && c[0].HasLongLowerShadow ? c[0].Sign : 0;

    /// <summary>A dragonfly doji with a very long lower shadow.</summary>
    private static int Takuri(CandleWindow c) => c[0].IsDoji && c[0].HasVeryShortUpperShadow && c[0].HasVeryLongLowerShadow ? 100 : 0;
}
