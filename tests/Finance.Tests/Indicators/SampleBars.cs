using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Tests.Indicators;

/// <summary>
/// Bars by a formula in whole numbers, so that anyone can make the same ones: trends of 30 bars, among them bars without a body and bars
/// without wicks.
/// </summary>
internal static class SampleBars
{
    public const int Count = 180;

    /// <summary>
    /// Weekdays from 2024-01-01, prices in hundredths; <see cref="Ohlcv.Other"/> is the close of a market that moves by half as much, and
    /// noise.
    /// </summary>
    public static Ohlcv[] Make()
    {
        var bars = new Ohlcv[Count];
        var (state, close, market, day) = (12_345u, 10_000, 20_000, new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        // The linear congruential generator of Numerical Recipes; its upper 16 bits.
        int Draw(int below) => (int)((state = unchecked(state * 1_664_525u + 1_013_904_223u)) / 65_536u % (uint)below);
        for (var i = 0; i < bars.Length; i++)
        {
            var open = i % 17 == 0 ? close : close + Draw(81) - 40;
            var drift = i / 30 % 2 == 0 ? 25 : -20;
            var move = Draw(401) - 200 + drift;
            close = i % 13 == 6 ? open : open + move;
            var (upper, lower) = i % 11 == 4 ? (0, 0) : (Draw(120), Draw(120));
            var volume = 100_000 + Draw(30_000) * 10;
            market += Draw(501) - 250 + move / 2;
            bars[i] = new Ohlcv(
                day,
                open / 100.0,
                (Math.Max(open, close) + upper) / 100.0,
                (Math.Min(open, close) - lower) / 100.0,
                close / 100.0,
                volume,
                market / 100.0
            );
            day = day.AddDays(day.DayOfWeek == DayOfWeek.Friday ? 3 : 1);
        }
        return bars;
    }
}
