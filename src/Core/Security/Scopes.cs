namespace AgentInvest.Core.Security;

/// <summary>The rights of API keys, as requests, rows and <see cref="Http.RequireScopeAttribute"/> name them.</summary>
public static class Scopes
{
    public const string MarketRead = "market:read";

    public const string PortfolioRead = "portfolio:read";

    /// <summary>
    /// Beside <see cref="PortfolioRead"/>: amounts of money and quantities. Without it a key sees weights and rates of return only.
    /// </summary>
    public const string PortfolioValues = "portfolio:read:values";

    public const string PortfolioWrite = "portfolio:write";
    public const string AIUse = "ai:use";
    public const string TradingRead = "trading:read";
    public const string TradingWrite = "trading:write";
}
