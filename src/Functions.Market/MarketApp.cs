using AgentInvest.Core;
using AgentInvest.Market;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Functions.Market;

/// <summary>The app as it is deployed: what its functions need, and nothing that only another app has.</summary>
public static class MarketApp
{
    public const string Name = "Market";

    public static IServiceCollection AddMarketApp(this IServiceCollection services, IConfiguration configuration) =>
        services.AddCore(configuration).AddMarket(configuration);
}
