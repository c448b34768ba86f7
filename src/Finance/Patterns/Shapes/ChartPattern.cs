namespace AgentInvest.Finance.Patterns;

/// <summary>A classic chart shape.</summary>
/// <param name="Name">One of <see cref="ChartPatterns.Names"/>.</param>
/// <param name="Index">The bar at whose close the shape is known: nothing after it was looked at.</param>
/// <param name="Strength">+100 bullish, −100 bearish, 0 undirected.</param>
/// <param name="Points">What it is drawn through, in the order of time, lines of a flag after its pole.</param>
/// <param name="Fit">1 − the root mean square distance of the points from the shape's lines in units of its height: 1 is exact,
/// never below 0.</param>
/// <param name="Invalidation">The price beyond which the reading is wrong: above for a bearish shape, below for a bullish one.</param>
public sealed record ChartPattern(
    string Name,
    int Index,
    int Strength,
    IReadOnlyList<PatternPoint> Points,
    double Fit,
    double Invalidation
);

/// <summary>One point of a shape; <paramref name="Role"/> is what it is in it, such as <c>head</c>.</summary>
public readonly record struct PatternPoint(string Role, int Index, double Price);
