using AgentInvest.Core;
using AgentInvest.Market;
using AgentInvest.Portfolio;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Functions.Portfolio;

/// <summary>The app as it is deployed: what its functions need, and nothing that only another app has.</summary>
public static class PortfolioApp
{
    public const string Name = "Portfolio";

    public static IServiceCollection AddPortfolioApp(this IServiceCollection services, IConfiguration configuration) =>
        services.AddCore(configuration).AddMarket(configuration).AddPortfolio();
}
