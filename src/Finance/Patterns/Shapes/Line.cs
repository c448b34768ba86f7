namespace AgentInvest.Finance.Patterns;

/// <summary>A straight line over bars: its price at bar <paramref name="From"/> and what it adds per bar.</summary>
internal readonly record struct Line(int From, double Price, double Slope)
{
    public double At(int bar) => Price + Slope * (bar - From);

    public static Line Level(double price) => new(0, price, 0);

    public static Line Through(Pivot a, Pivot b) => new(a.At, a.Price, (b.Price - a.Price) / (b.At - a.At));

    /// <summary>The line of least squares through three pivots.</summary>
    public static Line Through(Pivot a, Pivot b, Pivot c)
    {
        var (at, price) = ((b.At - a.At + (c.At - a.At)) / 3.0, (a.Price + b.Price + c.Price) / 3);
        var (da, db, dc) = (-at, b.At - a.At - at, c.At - a.At - at);
        var slope = (da * (a.Price - price) + db * (b.Price - price) + dc * (c.Price - price)) / (da * da + db * db + dc * dc);
        return new Line(a.At, price + slope * da, slope);
    }

    /// <summary>1 − the root mean square of distances already in units of the shape's height, not below 0.</summary>
    public static double Fit(params ReadOnlySpan<double> distances)
    {
        var sum = 0.0;
        foreach (var d in distances) sum += d * d;
        return Math.Max(0, 1 - Math.Sqrt(sum / distances.Length));
    }
}
