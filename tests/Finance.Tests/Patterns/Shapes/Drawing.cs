using AgentInvest.Finance.Indicators;
using AgentInvest.Finance.Patterns;

namespace AgentInvest.Finance.Tests.Patterns.Shapes;

/// <summary>Bars made up: drawn along a line with noise, or walking at random.</summary>
internal static class Drawing
{
    private static readonly DateTime Start = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Straight from corner to corner, the first at bar 0, each bar off by some noise.</summary>
    public static Ohlcv[] Of((int Bar, double Price)[] corners, int seed, double noise = 0.25)
    {
        var (random, bars, before) = (new Random(seed), new Ohlcv[corners[^1].Bar + 1], corners[0].Price);
        for (var i = 0; i < bars.Length; i++)
        {
            var next = Array.FindIndex(corners, c => c.Bar >= i);
            var (to, from) = (corners[next], corners[Math.Max(0, next - 1)]);
            var price = to.Bar == from.Bar ? to.Price : from.Price + (to.Price - from.Price) * (i - from.Bar) / (to.Bar - from.Bar);
            var close = price + noise * (random.NextDouble() - 0.5);
            bars[i] = new Ohlcv(
                Start.AddDays(i),
                before,
                Math.Max(before, close) + noise * random.NextDouble(),
                Math.Min(before, close) - noise * random.NextDouble(),
                close,
                1000
            );
            before = close;
        }
        return bars;
    }

    /// <summary>A geometric random walk with bars of twenty steps, 1.2 % a bar.</summary>
    public static Ohlcv[] Walk(int seed, int count)
    {
        var (random, bars, price) = (new Random(seed), new Ohlcv[count], 100.0);
        for (var i = 0; i < count; i++)
        {
            var (open, high, low) = (price, price, price);
            for (var step = 0; step < 20; step++)
            {
                price *= Math.Exp(0.012 / Math.Sqrt(20) * Normal(random));
                (high, low) = (Math.Max(high, price), Math.Min(low, price));
            }
            bars[i] = new Ohlcv(Start.AddDays(i), open, high, low, price, 1000);
        }
        return bars;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>All there is to a shape, to compare by.</summary>
    public static string Text(ChartPattern p) =>
        FormattableString.Invariant(
            $"{p.Name} {p.Index} {p.Strength} {p.Fit:R} {p.Invalidation:R} {string.Join(' ', p.Points.Select(Text))}"
        );

    private static string Text(PatternPoint p) => FormattableString.Invariant($"{p.Role}@{p.Index}:{p.Price:R}");
}
