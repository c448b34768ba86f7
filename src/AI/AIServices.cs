using AgentInvest.Core;
using AgentInvest.Core.Data;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.AI;

/// <summary>Registers analysis.</summary>
public static class AIServices
{
    public static IServiceCollection AddAI(this IServiceCollection services)
    {
        services.AddSingletonsOf(typeof(AIServices).Assembly);
        return services;
    }
}
