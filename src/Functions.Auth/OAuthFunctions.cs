using AgentInvest.Auth.OAuth;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Auth;

/// <summary>Signing in with Google and Apple.</summary>
public sealed class OAuthFunctions(StartOAuth start, FinishOAuth finish, ExchangeCode exchange, CallerAddress address)
{
    [Function("StartOAuth"), AllowAnonymous]
    [Describe(
        "Begin to sign in with google or apple",
        Detail = "Sends the browser to the provider; it comes back to `redirectUri` with `code`, or with `error`.",
        Query = ["redirectUri: a page of the app, one of Auth:RedirectUris"],
        Status = 302,
        Problems = ["404 not_found", "503 provider_unavailable"]
    )]
    public async Task<IResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/oauth/{provider}/start")] HttpRequest request,
        string provider,
        CancellationToken ct
    ) => Results.Redirect(await start.HandleAsync(provider, Query.Text(request, "redirectUri"), request.HttpContext, ct));

    [Function("FinishOAuth"), AllowAnonymous]
    [Describe(
        "Receive a provider's answer",
        Detail = "Called by the browser that began the sign-in; sends it back to the app with a code that is good once, for a minute.",
        Status = 302,
        Problems = ["400 invalid_token", "503 provider_unavailable"]
    )]
    public async Task<IResult> Finish(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "auth/oauth/{provider}/callback")] HttpRequest request,
        string provider,
        CancellationToken ct
    ) => Results.Redirect(await finish.HandleAsync(provider, request.HttpContext, ct));

    [Function("ExchangeOAuthCode"), AllowAnonymous]
    [Describe(
        "Exchange the app's code for tokens",
        Detail = "Where an account with that address exists already the answer is `{linkRequired:true,linkToken}`; where it has a second factor, a challenge as at sign-in.",
        Request = typeof(ExchangeCode.Request),
        Response = typeof(Tokens),
        Problems = ["400 invalid_token", "403 email_not_verified", "409 conflict"]
    )]
    public async Task<IResult> Exchange(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/oauth/exchange")] HttpRequest request,
        CancellationToken ct
    ) =>
        AnswerOf(
            request,
            await exchange.HandleAsync(
                await Body.ReadAsync<ExchangeCode.Request>(request, ct),
                SignInContext.Of(request.HttpContext, address, null),
                ct
            )
        );

    [Function("LinkOAuth"), AllowAnonymous]
    [Describe(
        "Link a provider to the account of that address",
        Detail = "Proved by the account's password; five tries.",
        Request = typeof(ExchangeCode.LinkRequest),
        Response = typeof(Tokens),
        Problems = ["400 invalid_token", "401 invalid_credentials", "409 conflict"]
    )]
    public async Task<IResult> Link(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/oauth/link")] HttpRequest request,
        CancellationToken ct
    ) =>
        AnswerOf(
            request,
            await exchange.LinkAsync(
                await Body.ReadAsync<ExchangeCode.LinkRequest>(request, ct),
                SignInContext.Of(request.HttpContext, address, null),
                ct
            )
        );

    private static IResult AnswerOf(HttpRequest request, ExchangeCode.Result result) =>
        result.Tokens is { } tokens ? TokensAnswer.Of(request, tokens) : result.Mfa is { } mfa ? Answer.Ok(mfa) : Answer.Ok(result.Link);
}
