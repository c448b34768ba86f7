using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Admin;
using AgentInvest.Auth.ApiKeys;
using AgentInvest.Auth.Audit;
using AgentInvest.Core;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using static AgentInvest.Auth.AuthServices;

namespace AgentInvest.Auth;

/// <summary>Keys, roles, audit: who may do what beyond signing in.</summary>
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
        if (configuration["Audit:AnchorFile"] is { Length: > 0 } path) services.AddSingleton<IAuditAnchor>(new FileAuditAnchor(path));
    }
}
