using AgentInvest.Finance.Bars;

namespace AgentInvest.Finance.Indicators;

/// <summary>
/// A bar as indicators see it: statistics, so double. <paramref name="Other"/> is the close of the second series of beta, corr and prs.
/// </summary>
public readonly record struct Ohlcv(DateTime T, double Open, double High, double Low, double Close, double Volume, double Other = 0)
{
    public double Mid => (High + Low) / 2;
    public double Typical => (High + Low + Close) / 3;

    /// <summary>Whether every number is there.</summary>
    public bool IsWhole => double.IsFinite(Open + High + Low + Close + Volume + Other);

    public static Ohlcv Of(Bar bar, double other = 0) =>
        new(bar.T.UtcDateTime, (double)bar.O, (double)bar.H, (double)bar.L, (double)bar.C, (double)bar.V, other);
}

/// <summary>
/// The arithmetic of one indicator: a small struct fed bar by bar. It owns its rings and allocates nothing per bar; batch is the same
/// struct fed in a loop, so a stream and a batch agree to the bit. It must not be copied once fed: copies would share the rings.
/// </summary>
/// <remarks>
/// NaN is "no value". Only whole bars are fed (<see cref="IndicatorFeed"/> leaves the others out, as if they did not exist); a value that
/// cannot be computed begins whatever is smoothed from it anew, so that nothing bad stays.
/// <para> Three kinds of output: <b>plain</b>, the row written at a bar is final and that bar's. <b>Lagging</b> (fractals, DPO, Ichimoku's
/// lagging span), the row written at a bar belongs to the one <see cref="Output.Lag"/> bars before, and is final. <b>Redrawn</b> (zig zag,
/// pivot lines, the regression's line and channels), the row written at a bar is the newest one as it stands; earlier rows may be drawn
/// anew by later bars (<see cref="Indicator.Redraw"/>).
/// </para>
/// </remarks>
public interface IKernel
{
    /// <summary>Takes the next bar and writes the outputs in the order of the catalogue.</summary>
    void Next(in Ohlcv bar, Span<double> row);
}
