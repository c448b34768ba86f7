using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Patterns;

/// <param name="Name">As TA-Lib names its function: <c>CDLENGULFING</c>.</param>
/// <param name="Index">Of the bar that completes the pattern.</param>
/// <param name="Strength"> 100 bullish, −100 bearish as TA-Lib sees it, for patterns that are neither the colour of the candle or 100; ±200
/// where a bar confirms a hikkake of the three bars before.
/// </param>
public readonly record struct CandleHit(string Name, int Index, int Strength);

/// <summary>
/// The 61 candlestick patterns of TA-Lib 0.4 with its default settings and penetrations. A pattern is judged by its candles alone, whatever
/// the trend.
/// </summary>
/// <remarks>
/// Source: https://ta-lib.org, functions <c>CDL…</c>. From 0.6 on CDLENGULFING, CDLHARAMI and CDLHARAMICROSS also answer ±80 where two
/// bodies share one end; that is no pattern here.
/// </remarks>
public static class CandlePatterns
{
    private static readonly CandlePattern[] All =
    [
        .. ((CandlePattern[])[.. OneCandle.Patterns, .. TwoCandles.Patterns, .. ThreeCandles.Patterns, .. MoreCandles.Patterns]).OrderBy(
            p => p.Name,
            StringComparer.Ordinal
        ),
    ];

    /// <summary>In ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(Array.ConvertAll(All, p => p.Name));

    /// <summary>
    /// Every pattern at every bar, by index, then name. A bar that lacks a number (<see cref="Ohlcv.IsWhole"/>) completes none and is left
    /// out, as if it did not exist.
    /// </summary>
    public static IReadOnlyList<CandleHit> Find(ReadOnlySpan<Ohlcv> bars)
    {
        var (hits, window) = (new List<CandleHit>(), new CandleWindow());
        for (var i = 0; i < bars.Length; i++)
        {
            if (!bars[i].IsWhole) continue;
            window.Add(bars[i]);
            foreach (var pattern in All)
                if (pattern.Lookback < window.Count && pattern.Rule(window) is not 0 and var strength)
                    hits.Add(new CandleHit(pattern.Name, i, strength));
        }
        return hits;
    }
}

/// <param name="Lookback">The first candle, counted from 0, that the pattern is reported at: as TA-Lib has it, which may be later than the
/// rule needs.</param>
/// <param name="Rule">Answers the strength of a pattern that the latest candle completes, 0 where it does not.</param>
internal sealed record CandlePattern(string Name, int Lookback, Func<CandleWindow, int> Rule);
