using AgentInvest.Core.Http;
using AgentInvest.Market;

namespace AgentInvest.Portfolio.OwnAssets;

/// <summary>Symbols in books: the market's, and a user's own, which start with <c>@</c>. Case-folded, at most 15 characters.</summary>
internal static class AssetSymbols
{
    public const string Rule = "must have 1 to 15 of A–Z, 0–9, '.', '^', '=' and '-', after '@' for an own instrument";

    public static bool IsOwn(string symbol) => symbol.StartsWith('@');

    public static string Fold(string text) => text.Trim().ToUpperInvariant();

    public static bool IsValid(string text) =>
        Fold(text) is var s && (IsOwn(s) ? s.Length is > 1 and <= 15 && Symbols.IsValid(s[1..]) : Symbols.IsValid(s));

    /// <exception cref="ProblemException">400 naming <paramref name="field"/>.</exception>
    public static string Parse(string? text, string field = "symbol") =>
        text is not null && IsValid(text) ? Fold(text) : throw Problems.Validation(field, Rule);
}
