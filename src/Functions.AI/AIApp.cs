using AgentInvest.AI;
using AgentInvest.Core;
using AgentInvest.Market;
using AgentInvest.Portfolio;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Functions.AI;

/// <summary>The app as it is deployed: what its functions need, and nothing that only another app has.</summary>
public static class AIApp
{
    public const string Name = "AI";

    public static IServiceCollection AddAIApp(this IServiceCollection services, IConfiguration configuration) =>
        services.AddCore(configuration).AddMarket(configuration).AddPortfolio().AddAI();
}
