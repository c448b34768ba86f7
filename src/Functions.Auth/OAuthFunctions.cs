using System.Text;
using AgentInvest.Auth;
using AgentInvest.Auth.OAuth;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Http;
using Microsoft.Extensions.Options;

namespace AgentInvest.Functions.Auth;

/// <summary>Signing in with Google and Apple.</summary>
public sealed class OAuthFunctions(
    StartOAuth start,
    FinishOAuth finish,
    ExchangeCode exchange,
    BrowserGuard guard,
    IOptions<AuthOptions> options,
    CallerAddress address
)
{
    [Function("StartOAuth"), AllowAnonymous]
    [Describe(
        "Start a sign-in with google or apple",
        Detail = "Sends the browser to the provider; it comes back to `redirectUri` with `code`, or with `error`.",
        Parameters = typeof(StartOAuth.Query),
        Status = 302,
        Problems = ["404 not_found", "503 provider_unavailable"]
    )]
    public async Task<IResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/oauth/{provider}/start")] HttpRequest request,
        string provider,
        CancellationToken ct
    )
    {
        var query = QueryReader.Read<StartOAuth.Query>(request);
        var started = await start.HandleAsync(provider, query, OAuthCookie.Of(request, options.Value), ct);
        OAuthCookie.Set(request.HttpContext.Response, options.Value, started.Browser, started.Lifetime);
        return Results.Redirect(started.Url);
    }

    [Function("FinishOAuth"), AllowAnonymous]
    [Describe(
        "Handle the provider's callback",
        Detail = "Called by the browser that began the sign-in; sends it back to the app with a code that is good once, for a minute.",
        Status = 302,
        Problems = ["400 invalid_token", "503 provider_unavailable"]
    )]
    public async Task<IResult> Finish(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "auth/oauth/{provider}/callback")] HttpRequest request,
        string provider,
        CancellationToken ct
    )
    {
        var isForm = HttpMethods.IsPost(request.Method);
        var parameters = isForm
            ? Encoding.UTF8.GetString((await Body.ReadBytesAsync(request, ct)).Span)
            : request.QueryString.Value ?? "";
        var callback = new FinishOAuth.Callback(isForm, parameters, OAuthCookie.Of(request, options.Value));
        return Results.Redirect(await finish.HandleAsync(provider, callback, ct));
    }

    [Function("ExchangeOAuthCode"), AllowAnonymous]
    [Describe(
        "Exchange the app's code for tokens",
        Detail = "Where an account with that address exists already the answer is `{linkRequired:true,linkToken}`; where it has a second "
            + "factor, a challenge as at sign-in.",
        Request = typeof(ExchangeCode.Request),
        Response = typeof(Tokens),
        Responses = [typeof(Tokens), typeof(CookieTokens), typeof(MfaRequired), typeof(LinkRequired)],
        Parameters = typeof(CookieMode.Query),
        Problems = ["400 invalid_token", "403 email_not_verified", "409 conflict"]
    )]
    public async Task<IResult> Exchange(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/oauth/exchange")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = CookieMode.IsRequested(request, guard);
        var answer = await exchange.HandleAsync(
            await Body.ReadAsync<ExchangeCode.Request>(request, ct),
            Requests.SignInContextOf(request.HttpContext, address, null),
            ct
        );
        return CookieMode.AnswerOf(request, answer, inCookie);
    }

    [Function("LinkOAuth"), AllowAnonymous]
    [Describe(
        "Link a provider to the account of that address",
        Detail = "Proved by the account's password; five tries.",
        Request = typeof(ExchangeCode.LinkRequest),
        Response = typeof(Tokens),
        Responses = [typeof(Tokens), typeof(CookieTokens), typeof(MfaRequired)],
        Parameters = typeof(CookieMode.Query),
        Problems = ["400 invalid_token", "401 invalid_credentials", "409 conflict"]
    )]
    public async Task<IResult> Link(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/oauth/link")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = CookieMode.IsRequested(request, guard);
        var answer = await exchange.LinkAsync(
            await Body.ReadAsync<ExchangeCode.LinkRequest>(request, ct),
            Requests.SignInContextOf(request.HttpContext, address, null),
            ct
        );
        return CookieMode.AnswerOf(request, answer, inCookie);
    }
}
