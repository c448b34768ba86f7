namespace AgentInvest.Finance.Patterns;

/// <summary>
/// The candles as one pattern sees them: <c>c[0]</c> is the latest, <c>c[1]</c> the one before it. What is long or short is told by TA-Lib's candle settings with
/// their defaults, each an average over the candles before the one that is judged:
/// <list type="table">
/// <item><term>body long, short</term><description>more, less than the average of 10 bodies</description></item>
/// <item><term>doji</term><description>a body of at most a tenth of the average of 10 ranges, high to low</description></item>
/// <item><term>shadow very short</term><description>less than a tenth of the average of 10 ranges</description></item>
/// <item><term>shadow short</term><description>less than half of the average of 10 pairs of shadows</description></item>
/// <item><term>near, far, equal</term><description>within 0.2, 0.6, 0.05 of the average of 5 ranges</description></item>
/// </list>
/// Long shadows are told by the candle's own body (<see cref="Candle"/>). TA-Lib's "very long body" is used by none of its patterns.
/// </summary>
/// <param name="lookback">The first candle that the pattern may be found at.</param>
internal readonly ref struct Candles(CandleWindow window, int latest, int lookback)
{
    public ref readonly Candle this[int ago] => ref window[latest - ago];

    /// <summary>The candles as they were some bars before.</summary>
    public Candles Before(int bars) => new(window, latest - bars, lookback);

    public bool IsLong(int ago) => this[ago].Body > Body(ago);
    public bool IsShort(int ago) => this[ago].Body < Body(ago);
    public bool IsDoji(int ago) => this[ago].Body <= Tenth(ago);

    public bool HasVeryShortUpperShadow(int ago) => this[ago].UpperShadow < Tenth(ago);
    public bool HasVeryShortLowerShadow(int ago) => this[ago].LowerShadow < Tenth(ago);
    public bool HasVeryShortShadows(int ago) => HasVeryShortLowerShadow(ago) && HasVeryShortUpperShadow(ago);
    public bool IsMarubozu(int ago) => IsLong(ago) && HasVeryShortShadows(ago);

    /// <summary>One that is more than very short.</summary>
    public bool HasUpperShadow(int ago) => this[ago].UpperShadow > Tenth(ago);
    public bool HasLowerShadow(int ago) => this[ago].LowerShadow > Tenth(ago);

    public bool HasShortUpperShadow(int ago) => this[ago].UpperShadow < ShortShadow(ago);
    public bool HasShortLowerShadow(int ago) => this[ago].LowerShadow < ShortShadow(ago);
    public bool HasUpperShadowMoreThanShort(int ago) => this[ago].UpperShadow > ShortShadow(ago);

    /// <summary>A doji by the measure of another candle, as the three of a tristar are.</summary>
    public bool IsDoji(int ago, int by) => this[ago].Body <= Tenth(by);

    public double Near(int ago) => 0.2 * ShortRange(ago);
    public double Far(int ago) => 0.6 * ShortRange(ago);

    /// <summary>Whether a price is equal to another, by the measure of a candle.</summary>
    public bool AreEqual(double price, double other, int by) => price <= other + Equal(by) && price >= other - Equal(by);
    public double Equal(int ago) => 0.05 * ShortRange(ago);

    private double Body(int ago) => window.Bodies.At(latest - ago, lookback - ago);
    private double Tenth(int ago) => 0.1 * window.Ranges.At(latest - ago, lookback - ago);
    private double ShortShadow(int ago) => window.Shadows.At(latest - ago, lookback - ago) / 2;
    private double ShortRange(int ago) => window.ShortRanges.At(latest - ago, lookback - ago);
}
