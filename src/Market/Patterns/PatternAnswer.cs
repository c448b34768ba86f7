using System.Text.Json.Serialization;
using AgentInvest.Finance.Indicators;
using AgentInvest.Finance.Patterns;

namespace AgentInvest.Market.Patterns;

/// <param name="Symbol">Absent for the caller's own bars.</param>
/// <param name="Items">In the order of the bars, then of names.</param>
public sealed record PatternAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Symbol,
    IReadOnlyList<PatternAnswer.Pattern> Items
)
{
    /// <param name="Name">Of a candlestick pattern as TA-Lib names it, <c>CDLENGULFING</c>; of a shape in words, <c>doubleTop</c>.</param>
    /// <param name="T">The time of the bar that completes the pattern, as that bar has it.</param>
    /// <param name="Strength">100 bullish, −100 bearish, ±200 confirmed, 0 for a shape without direction.</param>
    /// <param name="Points">What a shape is drawn through; absent, like the rest, for candlesticks.</param>
    /// <param name="Fit">How well the bars fit the shape, 0 to 1.</param>
    /// <param name="Invalidation">The price beyond which the shape no longer holds.</param>
    public sealed record Pattern(string Name, string T, int Strength,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PatternPoint>? Points = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Fit = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Invalidation = null);

    public sealed record PatternPoint(string Role, string T, double Price);

    /// <param name="times">The time of each bar as the caller wrote it.</param>
    internal static PatternAnswer Of(string? symbol, Ohlcv[] bars, IReadOnlyList<string> times)
    {
        IEnumerable<(int Index, Pattern Pattern)> found =
        [
            .. CandlePatterns.Find(bars).Select(h => (h.Index, new Pattern(h.Name, times[h.Index], h.Strength))),
            .. ChartPatterns
                .Find(bars)
                .Select(p =>
                    (
                        p.Index,
                        new Pattern(
                            p.Name,
                            times[p.Index],
                            p.Strength,
                            p.Points.Select(x => new PatternPoint(x.Role, times[x.Index], x.Price)).ToList(),
                            p.Fit,
                            p.Invalidation
                        )
                    )
                ),
        ];
        return new PatternAnswer(
            symbol,
            found.OrderBy(f => f.Index).ThenBy(f => f.Pattern.Name, StringComparer.Ordinal).Select(f => f.Pattern).ToList()
        );
    }
}
