using AgentInvest.Auth;
using AgentInvest.Core;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Functions.Auth;

/// <summary>The app as it is deployed: what its functions need, and nothing that only another app has.</summary>
public static class AuthApp
{
    public const string Name = "Auth";

    public static IServiceCollection AddAuthApp(this IServiceCollection services, IConfiguration configuration) =>
        services.AddCore(configuration).AddAuth(configuration);
}
