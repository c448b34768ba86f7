using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Core.Security;

public static class SecurityServices
{
    /// <summary>Keys, tokens and revocations; the pipeline's authentication.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddSingleton<MasterKey>();
        services.AddSingleton<UserKeys>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<HubTokens>();
        services.AddSingleton<Revocations>();
        services.AddHostedService(s => s.GetRequiredService<Revocations>());
        services.AddSingleton<ApiKeyVerifier>();
        services.AddSingleton<Authenticator>();
        return services;
    }
}
