using AgentInvest.Market.Realtime;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace AgentInvest.Cloud;

/// <summary>
/// What only Azure has: secrets from Key Vault, sign-in to PostgreSQL without a password, SignalR Service. The features know nothing of it.
/// </summary>
public static class CloudServices
{
    /// <summary>Entra's audience of Azure Database for PostgreSQL.</summary>
    private static readonly TokenRequestContext PostgresToken = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    /// <summary>
    /// Call it first: what is added after it sees the vault's settings. Without <c>Azure:ClientId</c> and <c>Azure:KeyVaultUri</c> (a
    /// developer's machine) it adds nothing.
    /// </summary>
    public static void AddAzure(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (configuration["Azure:ClientId"] is { Length: > 0 } clientId)
        {
            var credential = new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId));
            if (configuration["Azure:KeyVaultUri"] is { Length: > 0 } vault)
                configuration.Sources.Add(new VaultSettings(new SecretClient(new Uri(vault), credential)));
            builder.Services.AddSingleton<Action<NpgsqlDataSourceBuilder>>(source => source.UseEntra(credential));
        }
        if (configuration["Azure:SignalR:Endpoint"] is { Length: > 0 } endpoint)
        {
            builder.Services.TryAddSingleton(TimeProvider.System);
            builder.Services.AddSingleton(s => new SignalRService(
                new Uri(endpoint),
                configuration["Azure:SignalR:AccessKey"] ?? throw new InvalidOperationException("Azure:SignalR:AccessKey is not set."),
                new HttpClient(),
                s.GetRequiredService<TimeProvider>()
            ));
            builder.Services.AddSingleton<IQuoteHub>(s => s.GetRequiredService<SignalRService>());
        }
    }

    /// <summary>
    /// A token is good for an hour or more and only counts while a connection is opened, so a fresh one every half hour does.
    /// </summary>
    internal static void UseEntra(this NpgsqlDataSourceBuilder source, TokenCredential credential) => source.UsePeriodicPasswordProvider(
        async (_, ct) => (await credential.GetTokenAsync(PostgresToken, ct)).Token, TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(5));
}
