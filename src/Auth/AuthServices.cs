using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Data;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Mfa;
using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth;

/// <summary>The door into identity.</summary>
public static class AuthServices
{
    public static IServiceCollection AddAuth(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuthOptions>().Bind(configuration.GetSection("Auth")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SmtpOptions>().Bind(configuration.GetSection("Mail:Smtp")).ValidateDataAnnotations().ValidateOnStart();
        AddParts(services);
        services.AddSingleton(s => new RegisterUser(
            Get<Db>(s),
            Get<PasswordHasher>(s),
            Get<Users>(s),
            Get<MailQueue>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new VerifyEmail(Get<Db>(s), Get<Users>(s), Get<TimeProvider>(s)));
        services.AddSingleton(s => new ForgotPassword(
            Get<Db>(s),
            Get<PasswordHasher>(s),
            Get<Users>(s),
            Get<MailQueue>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new ResetPassword(
            Get<Db>(s),
            Get<PasswordHasher>(s),
            Get<Users>(s),
            Get<EndSessions>(s),
            Get<Attempts>(s),
            Get<MailQueue>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new ChangePassword(
            Get<Db>(s),
            Get<PasswordHasher>(s),
            Get<ProvePassword>(s),
            Get<Users>(s),
            Get<EndSessions>(s),
            Get<MailQueue>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new EnsureAdmin(
            Get<Db>(s),
            Get<PasswordHasher>(s),
            Get<Users>(s),
            Get<EndSessions>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new GetMe(Get<Users>(s)));
        services.AddSingleton(s => new UpdateMe(Get<Db>(s), Get<Users>(s)));
        services.AddSingleton(s => new LogIn(
            Get<Db>(s),
            Get<PasswordHasher>(s),
            Get<Users>(s),
            Get<Attempts>(s),
            Get<OpenChallenge>(s),
            Get<OpenSession>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new RefreshSession(
            Get<Db>(s),
            Get<Users>(s),
            Get<TokenIssuer>(s),
            Get<Revocations>(s),
            Get<MailQueue>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new BrowserGuard(Get<Csrf>(s), Get<IOptions<AuthOptions>>(s), configuration));
        services.AddSingleton(s => new LogOut(Get<Db>(s), Get<EndSessions>(s)));
        services.AddSingleton(s => new ListSessions(
            Get<Db>(s),
            Get<Users>(s),
            Get<EndSessions>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new ManageTotp(
            Get<Db>(s),
            Get<Users>(s),
            Get<SecondFactor>(s),
            Get<Attempts>(s),
            Get<MailQueue>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new VerifyMfa(
            Get<Db>(s),
            Get<Users>(s),
            Get<SecondFactor>(s),
            Get<Attempts>(s),
            Get<OpenSession>(s),
            Get<MailQueue>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new ReadOutbox(Get<Db>(s), Get<MailQueue>(s), Get<IOptions<SmtpOptions>>(s)));
        services.AddSingleton(s => new SendMails(
            Get<Outbox>(s),
            Get<MailQueue>(s),
            Get<IOptions<SmtpOptions>>(s),
            Get<IOptions<AuthOptions>>(s),
            Get<ILogger<SendMails>>(s)
        ));
        AddData(services);
        services.AddAccess(configuration);
        return services;
    }

    /// <summary>What use cases share.</summary>
    private static void AddParts(IServiceCollection services)
    {
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<ProvePassword>();
        services.AddSingleton<Users>();
        services.AddSingleton<MailQueue>();
        services.AddSingleton<Attempts>();
        services.AddSingleton<Csrf>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<OpenSession>();
        services.AddSingleton<EndSessions>();
        services.AddSingleton<OpenChallenge>();
        services.AddSingleton<SecondFactor>();
    }

    /// <summary>Protecting, telling, keeping and forgetting what is held.</summary>
    private static void AddData(IServiceCollection services)
    {
        services.AddHostedService<SealOldData>();
        services.AddSingleton<IUserData, AuthUserData>();
        services.AddSingleton(s => new DeleteMe(
            Get<Db>(s),
            Get<ProvePassword>(s),
            Get<Users>(s),
            Get<EndSessions>(s),
            Get<ApiKeyVerifier>(s),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new EraseUsers(
            Get<Db>(s),
            Get<Users>(s),
            Get<MailQueue>(s),
            Get<Outbox>(s),
            s.GetServices<IUserData>(),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new ExportMe(
            Get<Db>(s),
            Get<Users>(s),
            Get<Outbox>(s),
            s.GetServices<IUserData>(),
            Get<TimeProvider>(s)
        ));
        services.AddSingleton(s => new KeepData(Get<Db>(s), Get<Users>(s), Get<UserKeys>(s), Get<SigningKeys>(s), Get<TimeProvider>(s)));
    }

    internal static T Get<T>(IServiceProvider services) where T : notnull => services.GetRequiredService<T>();
}
