namespace AgentInvest.Finance.Patterns;

/// <summary>Patterns of a single candle.</summary>
internal static class OneCandle
{
    public static readonly CandlePattern[] Patterns =
    [
        new("CDLBELTHOLD", 10, BeltHold), new("CDLCLOSINGMARUBOZU", 10, ClosingMarubozu), new("CDLDOJI", 10, Doji), new("CDLDRAGONFLYDOJI", 10, DragonflyDoji),
        new("CDLGRAVESTONEDOJI", 10, GravestoneDoji), new("CDLHIGHWAVE", 10, HighWave), new("CDLLONGLEGGEDDOJI", 10, LongLeggedDoji), new("CDLLONGLINE", 10, LongLine),
        new("CDLMARUBOZU", 10, Marubozu), new("CDLRICKSHAWMAN", 10, RickshawMan), new("CDLSHORTLINE", 10, ShortLine), new("CDLSPINNINGTOP", 10, SpinningTop),
        new("CDLTAKURI", 10, Takuri),
    ];

    /// <summary>A long body that opens at its extreme: white without a lower shadow, black without an upper one.</summary>
    private static int BeltHold(in Candles c) => c.IsLong(0) && (c[0].IsWhite ? c.HasVeryShortLowerShadow(0) : c.HasVeryShortUpperShadow(0)) ? c[0].Sign : 0;

    /// <summary>A long body that closes at its extreme.</summary>
    private static int ClosingMarubozu(in Candles c) => c.IsLong(0) && (c[0].IsWhite ? c.HasVeryShortUpperShadow(0) : c.HasVeryShortLowerShadow(0)) ? c[0].Sign : 0;

    private static int Doji(in Candles c) => c.IsDoji(0) ? 100 : 0;

    /// <summary>A doji at the high, with a lower shadow.</summary>
    private static int DragonflyDoji(in Candles c) => c.IsDoji(0) && c.HasVeryShortUpperShadow(0) && c.HasLowerShadow(0) ? 100 : 0;

    /// <summary>A doji at the low, with an upper shadow.</summary>
    private static int GravestoneDoji(in Candles c) => c.IsDoji(0) && c.HasVeryShortLowerShadow(0) && c.HasUpperShadow(0) ? 100 : 0;

    /// <summary>A short body with very long shadows on both sides.</summary>
    private static int HighWave(in Candles c) => c.IsShort(0) && c[0].HasVeryLongUpperShadow && c[0].HasVeryLongLowerShadow ? c[0].Sign : 0;

    private static int LongLeggedDoji(in Candles c) => c.IsDoji(0) && (c[0].HasLongLowerShadow || c[0].HasLongUpperShadow) ? 100 : 0;

    private static int LongLine(in Candles c) => c.IsLong(0) && c.HasShortUpperShadow(0) && c.HasShortLowerShadow(0) ? c[0].Sign : 0;

    private static int Marubozu(in Candles c) => c.IsMarubozu(0) ? c[0].Sign : 0;

    /// <summary>A doji with long shadows on both sides, its body near the middle of the range.</summary>
    private static int RickshawMan(in Candles c)
    {
        if (!c.IsDoji(0) || !c[0].HasLongLowerShadow || !c[0].HasLongUpperShadow) return 0;
        var (middle, near) = (c[0].Low + c[0].Range / 2, c.Near(0));
        return c[0].Bottom <= middle + near && c[0].Top >= middle - near ? 100 : 0;
    }

    private static int ShortLine(in Candles c) => c.IsShort(0) && c.HasShortUpperShadow(0) && c.HasShortLowerShadow(0) ? c[0].Sign : 0;

    /// <summary>A short body with a longer shadow on either side.</summary>
    private static int SpinningTop(in Candles c) => c.IsShort(0) && c[0].HasLongUpperShadow && c[0].HasLongLowerShadow ? c[0].Sign : 0;

    /// <summary>A dragonfly doji with a very long lower shadow.</summary>
    private static int Takuri(in Candles c) => c.IsDoji(0) && c.HasVeryShortUpperShadow(0) && c[0].HasVeryLongLowerShadow ? 100 : 0;
}
