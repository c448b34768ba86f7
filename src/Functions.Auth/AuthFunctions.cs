using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mfa;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.Auth;

/// <summary>Signing up, in and out.</summary>
public sealed class AuthFunctions(
    RegisterUser register,
    VerifyEmail verify,
    LogIn logIn,
    VerifyMfa verifyMfa,
    RefreshSession refresh,
    LogOut logOut,
    BrowserGuard guard,
    GetMe getMe,
    UpdateMe updateMe,
    SigningKeys keys,
    Authenticator authenticator,
    CallerAddress address
)
{
    [Function("Register"), AllowAnonymous]
    [Describe(
        "Register an account",
        Detail = "The answer is the same for a new and a known address; what is to be done is in the mail.",
        Request = typeof(RegisterUser.Request),
        Response = typeof(RegisterUser.Response),
        Status = 202
    )]
    public async Task<IResult> Register(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/register")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Accepted(await register.HandleAsync(await Body.ReadAsync<RegisterUser.Request>(request, ct), ct));

    [Function("VerifyEmail"), AllowAnonymous]
    [Describe("Verify an email address", Request = typeof(VerifyEmail.Request), Status = 204, Problems = ["400 invalid_token"])]
    public async Task<IResult> VerifyEmail(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/verify-email")] HttpRequest request,
        CancellationToken ct
    )
    {
        await verify.HandleAsync(await Body.ReadAsync<VerifyEmail.Request>(request, ct), ct);
        return Answer.NoContent();
    }

    [Function("Login"), AllowAnonymous, RateLimit("login")]
    [Describe(
        "Sign in",
        Detail = "An account with a second factor answers `{mfaRequired:true,mfaToken,methods}` instead of tokens.",
        Request = typeof(LogIn.Request),
        Response = typeof(Tokens),
        Responses = [typeof(Tokens), typeof(CookieTokens), typeof(MfaRequired)],
        Parameters = typeof(CookieMode.Query),
        Problems = ["401 invalid_credentials", "403 email_not_verified", "503 busy"]
    )]
    public async Task<IResult> Login(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/login")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = CookieMode.IsRequested(request, guard);
        var answer = await logIn.HandleAsync(
            await Body.ReadAsync<LogIn.Request>(request, ct),
            Requests.SignInContextOf(request.HttpContext, address, null),
            ct
        );
        return CookieMode.AnswerOf(request, answer, inCookie);
    }

    [Function("VerifyMfa"), AllowAnonymous, RateLimit("mfa-verify")]
    [Describe(
        "Complete a sign-in with a second factor",
        Detail = "A code of the authenticator app or a recovery code, each good once.",
        Request = typeof(VerifyMfa.Request),
        Response = typeof(Tokens),
        Responses = [typeof(Tokens), typeof(CookieTokens)],
        Parameters = typeof(CookieMode.Query),
        Problems = ["401 invalid_credentials"]
    )]
    public async Task<IResult> VerifyMfa(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/mfa/verify")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = CookieMode.IsRequested(request, guard);
        var tokens = await verifyMfa.HandleAsync(
            await Body.ReadAsync<VerifyMfa.Request>(request, ct),
            Requests.SignInContextOf(request.HttpContext, address, null),
            ct
        );
        return CookieMode.AnswerOf(request, tokens, inCookie);
    }

    [Function("Refresh"), AllowAnonymous]
    [Describe(
        "Refresh a session",
        Detail = "Each token has one successor; for ten seconds a repeat gets the same one. Later reuse ends the session. "
            + "A browser sends its cookie with `X-CSRF-Token` and no body.",
        Request = typeof(RefreshSession.Request),
        Response = typeof(Tokens),
        Responses = [typeof(Tokens), typeof(CookieTokens)],
        Parameters = typeof(CookieMode.Query),
        Problems = ["401 refresh_token_reused", "401 token_expired", "401 token_revoked", "403 csrf_failed"]
    )]
    public async Task<IResult> Refresh(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/refresh")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = CookieMode.IsRequested(request, guard);
        var body = await Body.ReadOrDefaultAsync<RefreshSession.Request>(request, ct);
        if (body.RefreshToken is null && CookieMode.TokenOf(request) is { } cookie)
        {
            guard.Check(CookieMode.EvidenceOf(request), cookie);
            // What came in the cookie stays out of reach of scripts.
            return CookieMode.AnswerOf(request, await refresh.HandleAsync(cookie, ct), inCookie: true);
        }
        if (body.RefreshToken is null && inCookie) throw Problems.Unauthenticated("There is no refresh cookie; sign in.");
        return CookieMode.AnswerOf(request, await refresh.HandleAsync(body.RefreshToken, ct), inCookie);
    }

    [Function("Logout"), AllowAnonymous]
    [Describe(
        "Sign out",
        Detail = "The session's access tokens stop working now, not when they expire. A browser's refresh cookie with `X-CSRF-Token` "
            + "stands for the access token, which may have expired; the cookie is deleted.",
        Request = typeof(LogOut.Request),
        Status = 204,
        Problems = ["401 unauthenticated", "401 token_expired", "401 token_revoked", "403 forbidden", "403 csrf_failed"]
    )]
    public async Task<IResult> Logout(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/logout")] HttpRequest request,
        CancellationToken ct
    )
    {
        var body = await Body.ReadOrDefaultAsync<LogOut.Request>(request, ct);
        var http = request.HttpContext;
        if (CookieMode.TokenOf(request) is { } cookie)
        {
            guard.Check(CookieMode.EvidenceOf(request), cookie);
            CookieMode.Forget(http.Response);
            await logOut.HandleAsync(cookie, body, ct);
            if (http.Features.Get<CurrentUser>() is null) return Answer.NoContent();
        }
        await logOut.HandleAsync(await CallerAsync(http), body, ct);
        return Answer.NoContent();
    }

    /// <summary>
    /// The pipeline lets a call pass whose access token is missing or void, because a cookie may stand for it. Where there is none, the
    /// call is refused with the token's own fault, and an API key as everywhere about sessions.
    /// </summary>
    private async Task<CurrentUser> CallerAsync(HttpContext http)
    {
        var user =
            http.Features.Get<CurrentUser>()
            ?? await authenticator.AuthenticateAsync(http)
            ?? throw Problems.Unauthenticated();
        return user.Scopes is null
            ? user
            : throw Problems.Forbidden("An API key cannot call this; sign in instead.");
    }

    [Function("GetMe")]
    [Describe("Get the caller's profile", Response = typeof(UserProfile))]
    public async Task<IResult> Me(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/me")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await getMe.HandleAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("UpdateMe")]
    [Describe("Update the caller's profile", Request = typeof(UpdateMe.Request), Response = typeof(UserProfile))]
    public async Task<IResult> UpdateMe(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "auth/me")] HttpRequest request,
        CancellationToken ct
    ) =>
        Answer.Ok(await updateMe.HandleAsync(CurrentUser.Of(request.HttpContext), await Body.ReadAsync<UpdateMe.Request>(request, ct), ct));

    [Function("Jwks"), AllowAnonymous, NoRateLimit, PublicData]
    [Describe("List the keys that verify access tokens", Response = typeof(SigningKeys.Jwks))]
    public async Task<IResult> Jwks(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = ".well-known/jwks.json")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await keys.JwksAsync(ct)).With("Cache-Control", "public, max-age=300");
}
