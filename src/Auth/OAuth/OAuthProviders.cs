using AgentInvest.Core.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.OAuth;

/// <summary>The providers that are configured.</summary>
[Singleton]
public sealed class OAuthProviders(
    IConfiguration configuration,
    IOptions<AuthOptions> options,
    IHttpClientFactory clients,
    TimeProvider time,
    ILoggerFactory logs
)
{
    internal const string HttpClientName = "oauth";

    private readonly Dictionary<IdentityProvider, OAuthProvider> _byName = OAuthProviderKind
        .All.Select(kind => (Kind: kind, Options: kind.Read(configuration)))
        .Where(p => p.Options.IsConfigured)
        .ToDictionary(
            p => p.Kind.Name,
            p => new OAuthProvider(
                p.Kind,
                p.Options,
                options.Value.ApiAddress,
                clients.CreateClient(HttpClientName),
                time,
                logs.CreateLogger<OAuthProvider>()
            )
        );

    /// <exception cref="Core.Http.ProblemException">404: no such provider, or not configured.</exception>
    internal OAuthProvider Get(string name) =>
        EnumNames.TryParse<IdentityProvider>(name, out var provider) && _byName.TryGetValue(provider, out var found)
            ? found
            : throw AccessProblems.UnknownProvider();
}

internal static class OAuthServices
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    /// <summary>The HTTP client that speaks to the providers; it follows no redirect.</summary>
    public static void AddOAuthClient(this IServiceCollection services) =>
        services
            .AddHttpClient(
                OAuthProviders.HttpClientName,
                http =>
                {
                    http.Timeout = Timeout;
                    http.MaxResponseContentBufferSize = 1 << 20;
                }
            )
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }
            );
}
