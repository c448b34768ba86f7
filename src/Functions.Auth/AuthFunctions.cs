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
    CallerAddress address
)
{
    private const string CookieQuery =
        "cookie: true puts the refresh token into a cookie that no script can read, and answers csrfToken instead";

    [Function("Register"), AllowAnonymous]
    [Describe(
        "Register",
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
    [Describe("Verify an address", Request = typeof(VerifyEmail.Request), Status = 204, Problems = ["400 invalid_token"])]
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
        Query = [CookieQuery],
        Problems = ["401 invalid_credentials", "403 email_not_verified", "503 busy"]
    )]
    public async Task<IResult> Login(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/login")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = Query.Flag(request, "cookie");
        var result = await logIn.HandleAsync(
            await Body.ReadAsync<LogIn.Request>(request, ct),
            SignInContext.Of(request.HttpContext, address, null),
            ct
        );
        return result.Tokens is { } tokens ? TokensAnswer.Of(request, tokens, inCookie) : Answer.Ok(result.Mfa);
    }

    [Function("VerifyMfa"), AllowAnonymous, RateLimit("mfa-verify")]
    [Describe(
        "Answer the second factor",
        Detail = "A code of the authenticator app or a recovery code, each good once.",
        Request = typeof(VerifyMfa.Request),
        Response = typeof(Tokens),
        Query = [CookieQuery],
        Problems = ["401 invalid_credentials"]
    )]
    public async Task<IResult> VerifyMfa(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/mfa/verify")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = Query.Flag(request, "cookie");
        return TokensAnswer.Of(
            request,
            await verifyMfa.HandleAsync(
                await Body.ReadAsync<VerifyMfa.Request>(request, ct),
                SignInContext.Of(request.HttpContext, address, null),
                ct
            ),
            inCookie
        );
    }

    [Function("Refresh"), AllowAnonymous]
    [Describe(
        "Refresh a session",
        Detail = "Each token has one successor; for ten seconds a repeat gets the same one. Later reuse ends the session. A browser sends its cookie with `X-CSRF-Token` and no body.",
        Request = typeof(RefreshSession.Request),
        Response = typeof(Tokens),
        Query = [CookieQuery],
        Problems = ["401 refresh_token_reused", "401 token_expired", "401 token_revoked", "403 csrf_failed"]
    )]
    public async Task<IResult> Refresh(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/refresh")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = Query.Flag(request, "cookie");
        var body = await Body.ReadOrDefaultAsync<RefreshSession.Request>(request, ct);
        if (body.RefreshToken is not null || request.Cookies[TokensAnswer.Cookie] is not { Length: > 0 } cookie)
            return TokensAnswer.Of(request, await refresh.HandleAsync(body.RefreshToken, ct), inCookie);
        // What came in the cookie stays out of reach of scripts.
        guard.Check(request, cookie);
        return TokensAnswer.Of(request, await refresh.HandleAsync(cookie, ct), inCookie: true);
    }

    [Function("Logout")]
    [Describe(
        "Sign out",
        Detail = "The session's access tokens stop working now, not when they expire. With the refresh cookie, `X-CSRF-Token` is required and the cookie goes.",
        Request = typeof(LogOut.Request),
        Status = 204,
        Problems = ["403 csrf_failed"]
    )]
    public async Task<IResult> Logout(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/logout")] HttpRequest request,
        CancellationToken ct
    )
    {
        var body = await Body.ReadOrDefaultAsync<LogOut.Request>(request, ct);
        if (request.Cookies[TokensAnswer.Cookie] is { Length: > 0 } cookie)
        {
            guard.Check(request, cookie);
            TokensAnswer.Forget(request.HttpContext.Response);
        }
        await logOut.HandleAsync(CurrentUser.Of(request.HttpContext), body, ct);
        return Answer.NoContent();
    }

    [Function("GetMe")]
    [Describe("Read the own profile", Response = typeof(UserProfile))]
    public async Task<IResult> Me(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/me")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await getMe.HandleAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("UpdateMe")]
    [Describe("Change the own profile", Request = typeof(UpdateMe.Request), Response = typeof(UserProfile))]
    public async Task<IResult> UpdateMe(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "auth/me")] HttpRequest request,
        CancellationToken ct
    ) =>
        Answer.Ok(await updateMe.HandleAsync(CurrentUser.Of(request.HttpContext), await Body.ReadAsync<UpdateMe.Request>(request, ct), ct));

    [Function("Jwks"), AllowAnonymous, NoRateLimit, PublicData]
    [Describe("The keys that verify access tokens", Response = typeof(SigningKeys.Jwks))]
    public async Task<IResult> Jwks(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = ".well-known/jwks.json")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await keys.JwksAsync(ct)).With("Cache-Control", "public, max-age=300");
}
