using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Admin;
using AgentInvest.Auth.ApiKeys;
using AgentInvest.Auth.Audit;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passkeys;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static AgentInvest.Auth.AuthServices;

namespace AgentInvest.Auth;

/// <summary>Keys, roles, audit, passkeys, addresses: what there is beyond password and session.</summary>
internal static class AccessServices
{
    public static void AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<CreateApiKey>();
        services.AddSingleton<ListApiKeys>();
        services.AddSingleton<DeleteApiKey>();
        services.AddSingleton(s => new ListUsers(Get<Users>(s)));
        services.AddSingleton(s => new ChangeRights(Get<Db>(s), Get<Users>(s), Get<ApiKeyVerifier>(s), Get<TimeProvider>(s)));
        services.AddSingleton<ListAudit>();
        services.AddSingleton<AnchorAudit>();
        services.AddSingleton<VerifyAudit>();
        services.AddSingleton(s => new EndUserSessions(Get<Db>(s), Get<Users>(s), Get<EndSessions>(s), Get<TimeProvider>(s)));
        AddAnchor(services, configuration);
        services.AddSingleton(s => new ChangeEmail(
            Get<Db>(s),
            Get<Users>(s),
            Get<ProvePassword>(s),
            Get<MailQueue>(s),
            Get<EndSessions>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new ResendVerification(
            Get<Db>(s),
            Get<Users>(s),
            Get<MailQueue>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        AddPasskeys(services, configuration);
        services.AddOAuth(configuration);
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
        services.AddSingleton<PasskeyStore>();
        services.AddSingleton<PasskeyChallenges>();
        services.AddSingleton<IPasskeyHandler<UserRow>>(s =>
        {
            // The handler asks its manager only for users and passkeys: what hashes and validates passwords stays out.
            var users = new UserManager<UserRow>(
                Get<PasskeyStore>(s),
                Options.Create(new IdentityOptions()),
                null!,
                [],
                [],
                null!,
                new IdentityErrorDescriber(),
                s,
                Get<ILogger<UserManager<UserRow>>>(s)
            );
            return new PasskeyHandler<UserRow>(
                users,
                Options.Create(PasskeyOptions.For(Get<IOptions<PasskeyOptions>>(s).Value, Get<IOptions<AuthOptions>>(s).Value))
            );
        });
        services.AddSingleton(s => new ManagePasskeys(
            Get<Db>(s),
            Get<Users>(s),
            Get<PasskeyChallenges>(s),
            Get<IPasskeyHandler<UserRow>>(s),
            Get<MailQueue>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new SignInWithPasskey(
            Get<Db>(s),
            Get<PasskeyChallenges>(s),
            Get<IPasskeyHandler<UserRow>>(s),
            Get<OpenSession>(s),
            Get<TimeProvider>(s)
        ));
    }
}
