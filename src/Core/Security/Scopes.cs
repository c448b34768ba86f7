namespace AgentInvest.Core.Security;

/// <summary>What an API key may be given, one word per right.</summary>
public static class Scopes
{
    public const string PortfolioRead = "portfolio:read";

    /// <summary>
    /// Beside <see cref="PortfolioRead"/>: amounts of money and quantities. Without it a key sees weights and rates of return only.
    /// </summary>
    public const string PortfolioValues = "portfolio:read:values";

    public static IReadOnlyList<string> All { get; } =
    ["market:read", PortfolioRead, PortfolioValues, "portfolio:write", "ai:use", "trading:read", "trading:write"];
}
