using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth;

/// <summary>The door into identity.</summary>
public static class AuthServices
{
    public static IServiceCollection AddAuth(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuthOptions>().Bind(configuration.GetSection("Auth")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SmtpOptions>().Bind(configuration.GetSection("Mail:Smtp")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<Users>();
        services.AddSingleton<Csrf>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<OpenSession>();
        services.AddSingleton(s => new RegisterUser(Get<Db>(s), Get<PasswordHasher>(s), Get<Users>(s), Get<IOptions<AuthOptions>>(s), Get<TimeProvider>(s)));
        services.AddSingleton(s => new VerifyEmail(Get<Db>(s), Get<Users>(s), Get<TimeProvider>(s)));
        services.AddSingleton(s => new EnsureAdmin(Get<Db>(s), Get<PasswordHasher>(s), Get<Users>(s), Get<TimeProvider>(s)));
        services.AddSingleton(s => new LogIn(Get<Db>(s), Get<PasswordHasher>(s), Get<Users>(s), Get<OpenSession>(s), Get<TimeProvider>(s)));
        services.AddSingleton(s => new RefreshSession(Get<Db>(s), Get<Users>(s), Get<TokenIssuer>(s), Get<Revocations>(s), Get<TimeProvider>(s)));
        services.AddSingleton(s => new GetMe(Get<Users>(s)));
        services.AddSingleton(s => new UpdateMe(Get<Db>(s), Get<Users>(s)));
        services.AddSingleton<LogOut>();
        services.AddSingleton<ReadOutbox>();
        services.AddSingleton<SendMails>();
        services.AddAccess(configuration);
        return services;
    }

    internal static T Get<T>(IServiceProvider services) where T : notnull => services.GetRequiredService<T>();
}
