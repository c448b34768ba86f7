using System.Globalization;
using AgentInvest.Finance.Indicators;
using AgentInvest.Finance.Patterns;
using AgentInvest.Testing;

namespace AgentInvest.Finance.Tests.Patterns;

/// <summary>
/// Against TA-Lib's answers on two years of SPY, as Lean tests itself with them: prices and a column for each pattern in one file.
/// </summary>
public sealed class CandleReferenceTests
{
    private const string Folder = "lean/indicators";

    [DataFact(Folder)]
    public void Every_column_is_met_on_every_date()
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout.Data(Folder)!, "spy_candle_patterns.txt"));
        var names = lines[0].Split(',')[6..];
        var rows = lines[1..].Select(l => l.Split(',')).ToArray();
        Assert.Equal(CandlePatterns.Names, names);
        Assert.Equal(500, rows.Length);

        var found = CandlePatterns.Find(Array.ConvertAll(rows, Bar)).ToDictionary(h => (h.Name, h.Index), h => h.Strength);
        var faults = new List<string>();
        for (var row = 0; row < rows.Length; row++)
            for (var place = 0; place < names.Length; place++)
            {
                // Empty while TA-Lib warms up.
                var expected = rows[row][6 + place] is { Length: > 0 } cell ? int.Parse(cell, CultureInfo.InvariantCulture) : 0;
                var strength = found.GetValueOrDefault((names[place], row));
                if (strength != expected) faults.Add($"{names[place]} on {rows[row][0]} is {strength} instead of {expected}");
            }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static Ohlcv Bar(string[] row) =>
        new(
            DateTime.Parse(row[0], CultureInfo.InvariantCulture),
            Number(row[1]),
            Number(row[2]),
            Number(row[3]),
            Number(row[4]),
            Number(row[5])
        );

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
