using AgentInvest.Auth.Passkeys;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.Auth;

/// <summary>Passkeys (WebAuthn), in the JSON that browsers speak.</summary>
public sealed class PasskeyFunctions(ManagePasskeys passkeys, SignInWithPasskey signIn, BrowserGuard guard, CallerAddress address)
{
    [Function("PasskeyOptions")]
    [Describe(
        "Get options for a new passkey",
        Detail = "Answers what `PublicKeyCredential.parseCreationOptionsFromJSON` takes. The sign-in must be at most 5 minutes old.",
        Response = typeof(System.Text.Json.JsonElement),
        Problems = ["403 reauthentication_required"]
    )]
    public async Task<IResult> Options(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/passkeys/options")] HttpRequest request,
        CancellationToken ct
    ) => Results.Text(await passkeys.OptionsAsync(CurrentUser.Of(request.HttpContext), ct), "application/json");

    [Function("AddPasskey")]
    [Describe(
        "Add a passkey",
        Detail = "The body is `credential.toJSON()`, with `name` if wanted.",
        Request = typeof(PasskeyCredential),
        Response = typeof(Passkey),
        Status = 201,
        Problems = ["400 invalid_token", "409 conflict"]
    )]
    public async Task<IResult> Add(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/passkeys")] HttpRequest request,
        CancellationToken ct
    )
    {
        var view = await passkeys.AddAsync(
            CurrentUser.Of(request.HttpContext),
            await Body.ReadAsync<PasskeyCredential>(request, ct),
            ct
        );
        return Answer.Created($"/v1/auth/passkeys/{view.Id}", view);
    }

    [Function("ListPasskeys")]
    [Describe("List the caller's passkeys, newest first", Response = typeof(ListPage<Passkey>))]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/passkeys")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await passkeys.ListAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("RemovePasskey")]
    [Describe(
        "Remove a passkey",
        Detail = "The sign-in must be at most 5 minutes old.",
        Status = 204,
        Problems = ["403 reauthentication_required", "404 not_found"]
    )]
    public async Task<IResult> Remove(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "auth/passkeys/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await passkeys.RemoveAsync(CurrentUser.Of(request.HttpContext), id, ct);
        return Answer.NoContent();
    }

    [Function("PasskeyLoginOptions"), AllowAnonymous]
    [Describe(
        "Get options for a sign-in with a passkey",
        Detail = "Answers what `PublicKeyCredential.parseRequestOptionsFromJSON` takes. No address is needed.",
        Response = typeof(System.Text.Json.JsonElement)
    )]
    public async Task<IResult> LoginOptions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/passkeys/login-options")] HttpRequest request,
        CancellationToken ct
    ) => Results.Text(await signIn.OptionsAsync(ct), "application/json");

    [Function("PasskeyLogin"), AllowAnonymous]
    [Describe(
        "Sign in with a passkey",
        Detail = "The body is `credential.toJSON()`, with `deviceName` if wanted. A passkey counts as two factors.",
        Request = typeof(PasskeyCredential),
        Response = typeof(Tokens),
        Responses = [typeof(Tokens), typeof(CookieTokens)],
        Parameters = typeof(CookieMode.Query),
        Problems = ["401 invalid_credentials"]
    )]
    public async Task<IResult> Login(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/passkeys/login")] HttpRequest request,
        CancellationToken ct
    )
    {
        var inCookie = CookieMode.IsRequested(request, guard);
        var credential = await Body.ReadAsync<PasskeyCredential>(request, ct);
        var context = Requests.SignInContextOf(request.HttpContext, address, credential.DeviceName);
        return CookieMode.AnswerOf(request, await signIn.HandleAsync(credential, context, ct), inCookie);
    }
}
