using System.Globalization;
using System.Text.Json;
using AgentInvest.Finance.Indicators;
using AgentInvest.Testing;

namespace AgentInvest.Finance.Tests.Indicators;

/// <summary>Against the published results of Stock.Indicators on its own bars, default parameters: every file there is.</summary>
public sealed class ReferenceTests
{
    [DataFact("skender")]
    public void Every_published_result_is_met_with_the_same_nulls()
    {
        var faults = new List<string>();
        var files = Directory.GetFiles(Path.Combine(Quotes.Folder, "results"), "*.json");
        foreach (var file in files)
            faults.AddRange(Compare(Path.GetFileName(file).Split('.')[0], JsonDocument.Parse(File.ReadAllText(file)).RootElement));
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(files.Length >= 40);
    }

    private static IEnumerable<string> Compare(string name, JsonElement expected)
    {
        var indicator = Catalogue.Find(name);
        if (indicator is null) return [$"{name} is not in the catalogue"];
        // The pairs hold a share against the market, which the default bars are.
        var bars = indicator.NeedsOther ? Quotes.Read("compare", "default") : Quotes.Read("default");
        var series = indicator.Compute(indicator.Defaults, bars);
        if (series.Count != expected.GetArrayLength()) return [$"{name} has {series.Count} rows instead of {expected.GetArrayLength()}"];
        var scale = Array.ConvertAll(
            indicator.Outputs,
            o =>
                expected
                    .EnumerateArray()
                    .Max(r => r.TryGetProperty(o.Name, out var v) && v.ValueKind == JsonValueKind.Number ? Math.Abs(v.GetDouble()) : 0)
        );
        return expected
            .EnumerateArray()
            .SelectMany((row, i) => Differences(indicator, series, bars, row, i, scale).Select(d => $"{name} row {i} {d}"))
            .Take(3);
    }

    private static IEnumerable<string> Differences(
        Indicator indicator,
        IndicatorSeries series,
        Ohlcv[] bars,
        JsonElement row,
        int i,
        double[] scale
    )
    {
        foreach (var member in row.EnumerateObject())
        {
            if (member.Name is "timestamp" or "date")
            {
                var t = bars[series.Bars?[i] ?? i].T.ToString("s", CultureInfo.InvariantCulture);
                if (member.Value.GetString() != t) yield return $"is of {t} instead of {member.Value}";
                continue;
            }
            // The bar itself with its own ratios, which are not the indicator's.
            if (member.Name == "candle") continue;
            var at = Array.FindIndex(indicator.Outputs, o => o.Name == member.Name);
            if (at < 0) yield return $"lacks {member.Name}";
            else if (!Same(indicator.Outputs[at], series[i, at], member.Value, scale[at]))
                yield return $"{member.Name} is {series[i, at]:R} instead of {member.Value}";
        }
    }

    private static bool Same(Output output, double value, JsonElement expected, double scale) => expected.ValueKind switch
    {
        JsonValueKind.Null => double.IsNaN(value),
        JsonValueKind.True or JsonValueKind.False => output.Kind == OutputKind.Flag && value == (expected.GetBoolean() ? 1 : 0),
        JsonValueKind.String => output.Kind == OutputKind.Word && !double.IsNaN(value) && output.Words[(int)value] == expected.GetString(),
        // Where large numbers cancel the published figures are rounding themselves: a correlation of 8.544059882e-5 is 8.544059963e-5 by
        // exact sums.
        _ => Math.Abs(value - expected.GetDouble()) <= Math.Max(1e-9 * Math.Abs(expected.GetDouble()), 1e-12 * scale),
    };
}
