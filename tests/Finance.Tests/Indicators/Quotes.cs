using System.Globalization;
using AgentInvest.Finance.Indicators;
using AgentInvest.Testing;

namespace AgentInvest.Finance.Tests.Indicators;

/// <summary>The bars that Stock.Indicators tests itself with.</summary>
internal static class Quotes
{
    public static string Folder => Checkout.Data("skender")!;

    /// <summary>A cell without a number is NaN. Of two files the second is the other series, by row.</summary>
    public static Ohlcv[] Read(string name, string? other = null)
    {
        var bars = File.ReadLines(Path.Combine(Folder, "quotes", name + ".csv"))
            .Skip(1)
            .Where(l => l.Length > 0 && l[0] != ',')
            .Select(l => Parse(l.Split(',')))
            .ToArray();
        if (other is null) return bars;
        return bars.Zip(
                Read(other),
                (a, b) => a.T == b.T ? a with { Other = b.Close } : throw new InvalidDataException($"{name} and {other} have other days")
            )
            .ToArray();
    }

    private static Ohlcv Parse(string[] cells) =>
        new(
            DateTime.Parse(cells[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            Number(cells[1]),
            Number(cells[2]),
            Number(cells[3]),
            Number(cells[4]),
            Number(cells[5])
        );

    private static double Number(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
}
