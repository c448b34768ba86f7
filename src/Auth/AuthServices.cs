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
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton(s => new RegisterUser(s.GetRequiredService<Db>(), s.GetRequiredService<PasswordHasher>(), s.GetRequiredService<IOptions<AuthOptions>>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new EnsureAdmin(s.GetRequiredService<Db>(), s.GetRequiredService<PasswordHasher>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new LogIn(s.GetRequiredService<Db>(), s.GetRequiredService<PasswordHasher>(), s.GetRequiredService<TokenIssuer>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new RefreshSession(s.GetRequiredService<Db>(), s.GetRequiredService<TokenIssuer>(), s.GetRequiredService<Revocations>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<VerifyEmail>();
        services.AddSingleton<GetMe>();
        services.AddSingleton<UpdateMe>();
        services.AddSingleton<LogOut>();
        services.AddSingleton<ReadOutbox>();
        services.AddSingleton<SendMails>();
        return services;
    }
}
