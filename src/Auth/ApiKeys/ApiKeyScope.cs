using System.Text.Json.Serialization;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.ApiKeys;

/// <summary>A right that an API key may be given.</summary>
public enum ApiKeyScope
{
    [JsonStringEnumMemberName(Scopes.MarketRead)] MarketRead,
    [JsonStringEnumMemberName(Scopes.PortfolioRead)] PortfolioRead,
    [JsonStringEnumMemberName(Scopes.PortfolioValues)] PortfolioValues,
    [JsonStringEnumMemberName(Scopes.PortfolioWrite)] PortfolioWrite,
    [JsonStringEnumMemberName(Scopes.AIUse)] AIUse,
    [JsonStringEnumMemberName(Scopes.TradingRead)] TradingRead,
    [JsonStringEnumMemberName(Scopes.TradingWrite)] TradingWrite,
}
