using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Core.Security;

public static class SecurityServices
{
    /// <summary>Reads other hosts' revocations as long as the host runs.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services) =>
        services.AddHostedService(s => s.GetRequiredService<Revocations>());
}
