using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Mfa;
using AgentInvest.Auth.OAuth;
using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static AgentInvest.Auth.AuthServices;

namespace AgentInvest.Auth;

/// <summary>Signing in through Google and Apple, where they are configured.</summary>
internal static class OAuthServices
{
    private const string Client = "oauth";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static void AddOAuth(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddHttpClient(
                Client,
                http =>
                {
                    http.Timeout = Patience;
                    http.MaxResponseContentBufferSize = 1 << 20;
                }
            )
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }
            );
        services.AddSingleton(s => new OAuthProviders(
            OAuthProviderKind
                .All.Select(kind => (Kind: kind, Options: kind.Read(configuration)))
                .Where(p => p.Options.IsConfigured)
                .Select(p => new OAuthProvider(
                    p.Kind,
                    p.Options,
                    Get<IOptions<AuthOptions>>(s).Value.PublicOrigin,
                    Get<IHttpClientFactory>(s).CreateClient(Client),
                    Get<TimeProvider>(s),
                    Get<ILogger<OAuthProvider>>(s)
                ))
        ));
        services.AddSingleton<OneTimeIdentities>();
        services.AddSingleton(s => new StartOAuth(
            Get<Db>(s),
            Get<OAuthProviders>(s),
            configuration,
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new FinishOAuth(
            Get<Db>(s),
            Get<OAuthProviders>(s),
            Get<OneTimeIdentities>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new ExchangeCode(
            Get<Db>(s),
            Get<Users>(s),
            Get<OneTimeIdentities>(s),
            Get<PasswordHasher>(s),
            Get<Attempts>(s),
            Get<OpenChallenge>(s),
            Get<OpenSession>(s),
            Get<MailQueue>(s),
            Get<TimeProvider>(s)
        ));
    }
}
