using System.Text.RegularExpressions;
using AgentInvest.Core.Http;

namespace AgentInvest.Market;

/// <summary>Symbols as callers write them: <c>[A-Z0-9.^=-]{1,15}</c>, case-folded.</summary>
public static partial class Symbols
{
    /// <exception cref="ProblemException">400 naming <paramref name="field"/>.</exception>
    public static string Parse(string? text, string field = "symbol")
    {
        var symbol = text?.Trim().ToUpperInvariant() ?? "";
        return Pattern().IsMatch(symbol)
            ? symbol
            : throw Problems.Validation(field, "must have 1 to 15 of A–Z, 0–9, '.', '^', '=' and '-'");
    }

    /// <summary>Of a path: separated by commas.</summary>
    public static IReadOnlyList<string> ParseList(string text, int max, string field = "symbols") =>
        ParseList(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), max, field);

    /// <summary>Each once.</summary>
    public static IReadOnlyList<string> ParseList(IReadOnlyList<string> names, int max, string field = "symbols")
    {
        var symbols = names.Select(s => Parse(s, field)).Distinct().ToList();
        return symbols.Count >= 1 && symbols.Count <= max ? symbols : throw Problems.Validation(field, $"must name 1 to {max} symbols");
    }

    public static bool IsValid(string symbol) => Pattern().IsMatch(symbol);

    [GeneratedRegex(@"\A[A-Z0-9.^=-]{1,15}\z")]
    private static partial Regex Pattern();
}
