using System.Text.Json;
using System.Text.Json.Nodes;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Portfolio.Privacy;

/// <summary>
/// A portfolio without its amounts: what links without the scope <c>values</c> show, and what API keys without
/// <c>portfolio:read:values</c> get. Every number is null unless it is listed here as one that reveals no amount, so a figure added
/// tomorrow is hidden until it is decided otherwise. Those listed are rounded, because amounts can be worked out from ratios of more
/// digits.
/// </summary>
public static class RelativeView
{
    private const int FractionDigits = 4;
    private const int PercentDigits = 2;

    private static readonly HashSet<string> Fractions = new(StringComparer.Ordinal)
    {
        "weight",
        "weights",
        "topWeights",
        "cashWeight",
        "twr",
        "xirr",
        "roai",
        "simple",
        "volatility",
        "sharpe",
        "sortino",
        "maxDrawdown",
        "calmar",
        "beta",
        "alpha",
        "var95",
        "cvar95",
        "trackingError",
        "informationRatio",
        "hhi",
        "matrix",
        "yield",
    };

    /// <summary>Public facts, or nothing of the portfolio: the ratio of a split, a year, a job's progress.</summary>
    private static readonly HashSet<string> Unrounded = new(StringComparer.Ordinal) { "ratio", "year", "progress" };

    /// <summary>Sentences that name amounts: why a rebalancing trades.</summary>
    private static readonly HashSet<string> Sentences = new(StringComparer.Ordinal) { "reason" };

    /// <summary>A fraction with the digits that reveal no amount.</summary>
    public static decimal RoundFraction(decimal value) => decimal.Round(value, FractionDigits);

    /// <summary>A percentage with the digits that reveal no amount.</summary>
    public static decimal RoundPercent(decimal value) => decimal.Round(value, PercentDigits);

    /// <summary>An answer of the API without its amounts.</summary>
    public static JsonNode? Of<T>(T answer) => Reduce(JsonSerializer.SerializeToNode(answer, Json.Options), null);

    /// <summary>Takes the amounts out of an answer, in place.</summary>
    /// <param name="name">Of the member whose value the node is, or whose list it stands in.</param>
    internal static JsonNode? Reduce(JsonNode? node, string? name)
    {
        if (node is JsonObject members)
            foreach (var (member, value) in members.ToList())
                if (IsNumber(value)) members[member] = Number(value!, member);
                else if (Sentences.Contains(member)) members[member] = null;
                else Reduce(value, member);
        else if (node is JsonArray items)
            for (var i = 0; i < items.Count; i++)
                if (IsNumber(items[i])) items[i] = Number(items[i]!, name);
                else Reduce(items[i], name);
        return node;
    }

    private static bool IsNumber(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number;

    private static JsonNode? Number(JsonNode node, string? name)
    {
        if (name is null) return null;
        if (Unrounded.Contains(name)) return node.DeepClone();
        var isPercent = name.EndsWith("Percent", StringComparison.Ordinal);
        if (!isPercent && !Fractions.Contains(name)) return null;
        // No ratio is that large.
        if (!decimal.TryParse(node.ToJsonString(), System.Globalization.NumberStyles.Float, null, out var value)) return null;
        return JsonValue.Create(Money.Trim(isPercent ? RoundPercent(value) : RoundFraction(value)));
    }
}

/// <summary>
/// A function that reads portfolios: a key needs the scope <c>portfolio:read</c>, and without <c>portfolio:read:values</c> it sees the
/// <see cref="RelativeView"/> of the answer.
/// </summary>
public sealed class ReadsPortfolioAttribute() : RequireScopeAttribute(Scopes.PortfolioRead)
{
    public override string? FullViewScope => Scopes.PortfolioValues;

    public override JsonNode? Restrict(JsonNode? answer) => RelativeView.Reduce(answer, null);
}
