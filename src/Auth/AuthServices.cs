using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Audit;
using AgentInvest.Auth.Data;
using AgentInvest.Auth.OAuth;
using AgentInvest.Auth.Passkeys;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth;

/// <summary>Registers accounts, sessions and everything else of identity.</summary>
public static class AuthServices
{
    public static IServiceCollection AddAuth(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<AuthOptions>()
            .Bind(configuration.GetSection("Auth"))
            .ValidateDataAnnotations()
            .Validate(
                o => AuthOptions.IsOrigin(o.PublicOrigin) && AuthOptions.IsOrigin(o.AppAddress),
                "Auth:PublicOrigin and Auth:AppOrigin must be origins such as https://api.example.com."
            )
            .ValidateOnStart();
        services.AddOptions<SmtpOptions>().Bind(configuration.GetSection("Mail:Smtp")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingletonsOf(typeof(AuthServices).Assembly);
        services.AddHostedService<SealOldData>();
        AddAnchor(services, configuration);
        AddPasskeys(services, configuration);
        services.AddOAuthClient();
        return services;
    }

    /// <summary>
    /// <c>Audit:Tables</c> is a connection string, or the endpoint of a storage account that the hosts' identity may use; else
    /// <c>Audit:AnchorFile</c>.
    /// </summary>
    private static void AddAnchor(IServiceCollection services, IConfiguration configuration)
    {
        if (configuration["Audit:Tables"] is { Length: > 0 } storage)
            services.AddSingleton<IAuditAnchor>(_ => new TablesAuditAnchor(
                TablesAuditAnchor.Client(storage, configuration["Azure:ClientId"])
            ));
        else if (configuration["Audit:AnchorFile"] is { Length: > 0 } path)
            services.AddSingleton<IAuditAnchor>(new FileAuditAnchor(path));
    }

    private static void AddPasskeys(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PasskeyOptions>().Bind(configuration.GetSection("Auth:Passkeys"));
        services.AddSingleton<IPasskeyHandler<UserRow>>(s =>
        {
            // The handler asks its manager only for users and passkeys: what hashes and validates passwords stays out.
            var users = new UserManager<UserRow>(
                s.GetRequiredService<PasskeyStore>(),
                Options.Create(new IdentityOptions()),
                null!,
                [],
                [],
                null!,
                new IdentityErrorDescriber(),
                s,
                s.GetRequiredService<ILogger<UserManager<UserRow>>>()
            );
            var options = PasskeyOptions.For(
                s.GetRequiredService<IOptions<PasskeyOptions>>().Value,
                s.GetRequiredService<IOptions<AuthOptions>>().Value
            );
            return new PasskeyHandler<UserRow>(users, Options.Create(options));
        });
    }
}
