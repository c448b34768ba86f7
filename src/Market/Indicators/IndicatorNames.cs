using System.Globalization;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Market.Indicators;

/// <summary>An indicator as it was asked for: <c>macd:12:26:9</c>.</summary>
/// <param name="Name">As the caller wrote it, without parameters.</param>
internal sealed record RequestedIndicator(string Name, Indicator Indicator, Arguments Arguments);

/// <summary>
/// Reads <c>name:parameter:…</c>. Numbers fill the numeric parameters in the order of the catalogue, words the choices, a date the date;
/// what is left out has its default.
/// </summary>
internal static class IndicatorNames
{
    /// <summary>In one request.</summary>
    public const int MaxNames = 25;

    /// <exception cref="ProblemException">400 naming <c>names[i]</c>.</exception>
    public static List<RequestedIndicator> Parse(IReadOnlyList<string> names)
    {
        if (names.Count is 0 or > MaxNames)
            throw Problems.Validation("names", $"must name 1 to {MaxNames} indicators, such as sma:20 or macd:12:26:9");
        var check = new Check();
        var found = new List<RequestedIndicator>();
        for (var i = 0; i < names.Count; i++)
            if (Parse(names[i], out var fault) is { } requested) found.Add(requested);
            else check.That(false, $"names[{i}]", fault);
        check.ThrowIfAny();
        return found;
    }

    private static RequestedIndicator? Parse(string text, out string fault)
    {
        var parts = (text ?? "").Trim().Split(':');
        fault = $"'{Shortened(parts[0])}' is no indicator; GET /v1/market/indicators lists them";
        if (Catalogue.Find(parts[0]) is not { } indicator) return null;
        var values = indicator.Defaults.Values;
        var given = new bool[values.Length];
        foreach (var part in parts.Skip(1))
        {
            var place = Array.FindIndex(indicator.Parameters, p => !given[Array.IndexOf(indicator.Parameters, p)] && Fits(p, part));
            fault = $"'{Shortened(part)}' fits no parameter of {indicator.Name}, which are {Describe(indicator)}";
            if (place < 0 || !TryRead(indicator.Parameters[place], part, out values[place], out fault)) return null;
            given[place] = true;
        }
        fault = indicator.Fault(new Arguments(values)) ?? "";
        return fault.Length == 0 ? new RequestedIndicator(parts[0].ToLowerInvariant(), indicator, new Arguments(values)) : null;
    }

    private static bool Fits(Parameter parameter, string text) =>
        parameter.IsDate ? TryDate(text, out _)
        : parameter.Choices.Count > 0 ? Word(parameter, text) >= 0
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool TryRead(Parameter parameter, string text, out double value, out string fault)
    {
        value = Word(parameter, text);
        if (parameter.IsDate && TryDate(text, out var day)) value = day.DayNumber;
        else if (parameter.Choices.Count == 0) value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var kind = parameter.IsWhole ? "a whole number " : "";
        fault = $"{parameter.Name} must be {kind}from {Text(parameter.Min)} to {Text(parameter.Max)}";
        return value >= parameter.Min && value <= parameter.Max && (!parameter.IsWhole || value == Math.Floor(value));
    }

    private static int Word(Parameter parameter, string text) =>
        parameter.Choices.ToList().FindIndex(c => string.Equals(c, text, StringComparison.OrdinalIgnoreCase));

    private static bool TryDate(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    private static string Describe(Indicator indicator) =>
        indicator.Parameters.Length == 0
            ? "none"
            : string.Join(
                ", ",
                indicator.Parameters.Select(p =>
                    p.IsDate ? $"{p.Name} (a date)"
                    : p.Choices.Count > 0 ? $"{p.Name} ({string.Join('|', p.Choices)})"
                    : $"{p.Name} ({Text(p.Min)} to {Text(p.Max)})"
                )
            );

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
