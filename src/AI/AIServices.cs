using AgentInvest.Core.Data;
using AgentInvest.AI.Models;
using AgentInvest.AI.Optimization;
using AgentInvest.AI.Profiles;
using AgentInvest.AI.Risk;
using AgentInvest.Market;
using AgentInvest.Portfolio.Performance;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.AI;

/// <summary>The door into analysis.</summary>
public static class AIServices
{
    public static IServiceCollection AddAI(this IServiceCollection services)
    {
        services.AddSingleton(s => new MeasureRisk(
            new AdjustedCloses(s.GetRequiredService<MarketData>()),
            s.GetRequiredService<GetDailyReturns>(),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(s => new OptimizePortfolio(
            new AdjustedCloses(s.GetRequiredService<MarketData>()),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(s => new ListModels(
            new AdjustedCloses(s.GetRequiredService<MarketData>()),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<ManageProfile>();
        return services;
    }
}
