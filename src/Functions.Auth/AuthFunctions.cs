using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core;
using AgentInvest.Core.Pipeline;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.Auth;

/// <summary>Signing up, in and out.</summary>
public sealed class AuthFunctions(RegisterUser register, VerifyEmail verify, LogIn logIn, RefreshSession refresh, LogOut logOut, GetMe getMe, UpdateMe updateMe, SigningKeys keys, CallerAddress address, SendMails sendMails)
{
    [Function("Register"), AllowAnonymous]
    [Describe("Register", Detail = "The answer is the same for a new and a known address; what is to be done is in the mail.", Request = typeof(RegisterUser.Request), Response = typeof(RegisterUser.Response), Status = 202)]
    public async Task<IResult> Register([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/register")] HttpRequest request, CancellationToken ct) =>
        Answer.Accepted(await register.HandleAsync(await Body.ReadAsync<RegisterUser.Request>(request, ct), ct));

    [Function("VerifyEmail"), AllowAnonymous]
    [Describe("Verify an address", Request = typeof(VerifyEmail.Request), Status = 204, Problems = ["400 invalid_token"])]
    public async Task<IResult> VerifyEmail([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/verify-email")] HttpRequest request, CancellationToken ct)
    {
        await verify.HandleAsync(await Body.ReadAsync<VerifyEmail.Request>(request, ct), ct);
        return Answer.NoContent();
    }

    [Function("Login"), AllowAnonymous, RateLimit("login")]
    [Describe("Sign in", Request = typeof(LogIn.Request), Response = typeof(Tokens), Problems = ["401 invalid_credentials", "403 email_not_verified", "503 busy"])]
    public async Task<IResult> Login([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/login")] HttpRequest request, CancellationToken ct) =>
        TokensAnswer.Of(request, await logIn.HandleAsync(await Body.ReadAsync<LogIn.Request>(request, ct), SignInContext.Of(request.HttpContext, address, null), ct));

    [Function("Refresh"), AllowAnonymous]
    [Describe("Refresh a session", Detail = "Each token has one successor; for ten seconds a repeat gets the same one. Later reuse ends the session.", Request = typeof(RefreshSession.Request), Response = typeof(Tokens), Problems = ["401 refresh_token_reused", "401 token_expired", "401 token_revoked"])]
    public async Task<IResult> Refresh([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/refresh")] HttpRequest request, CancellationToken ct) =>
        TokensAnswer.Of(request, await refresh.HandleAsync(await Body.ReadAsync<RefreshSession.Request>(request, ct), ct));

    [Function("Logout")]
    [Describe("Sign out", Detail = "The session's access tokens stop working now, not when they expire.", Request = typeof(LogOut.Request), Status = 204)]
    public async Task<IResult> Logout([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/logout")] HttpRequest request, CancellationToken ct)
    {
        await logOut.HandleAsync(CurrentUser.Of(request.HttpContext), await Body.ReadOrDefaultAsync<LogOut.Request>(request, ct), ct);
        return Answer.NoContent();
    }

    [Function("GetMe")]
    [Describe("Read the own profile", Response = typeof(UserProfile))]
    public async Task<IResult> Me([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/me")] HttpRequest request, CancellationToken ct) =>
        Answer.Ok(await getMe.HandleAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("UpdateMe")]
    [Describe("Change the own profile", Request = typeof(UpdateMe.Request), Response = typeof(UserProfile))]
    public async Task<IResult> UpdateMe([HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "auth/me")] HttpRequest request, CancellationToken ct) =>
        Answer.Ok(await updateMe.HandleAsync(CurrentUser.Of(request.HttpContext), await Body.ReadAsync<UpdateMe.Request>(request, ct), ct));

    [Function("Jwks"), AllowAnonymous, NoRateLimit, PublicData]
    [Describe("The keys that verify access tokens", Response = typeof(SigningKeys.Jwks))]
    public async Task<IResult> Jwks([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = ".well-known/jwks.json")] HttpRequest request, CancellationToken ct) =>
        Answer.Ok(await keys.JwksAsync(ct)).With("Cache-Control", "public, max-age=300");

    [Function("SendMails")]
    public Task SendMails([TimerTrigger("*/5 * * * * *")] TimerInfo timer, CancellationToken ct) => sendMails.HandleAsync(ct);
}
