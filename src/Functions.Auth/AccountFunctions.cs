using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Data;
using AgentInvest.Auth.Mfa;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.Auth;

/// <summary>What the owner of an account does with it: passwords, sessions, the second factor, the data held.</summary>
public sealed class AccountFunctions(
    ForgotPassword forgot,
    ResetPassword reset,
    ChangePassword change,
    DeleteMe delete,
    ExportMe export,
    ListSessions sessions,
    ManageTotp totp,
    CallerAddress address
)
{
    [Function("ForgotPassword"), AllowAnonymous, RateLimit("forgot-password")]
    [Describe(
        "Request a password reset",
        Detail = "The answer is the same for every address; a known one gets a mail with a token, good for 30 minutes.",
        Request = typeof(ForgotPassword.Request),
        Response = typeof(ForgotPassword.Response),
        Status = 202,
        Problems = ["503 busy"]
    )]
    public async Task<IResult> Forgot(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/forgot-password")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Accepted(await forgot.HandleAsync(await Body.ReadAsync<ForgotPassword.Request>(request, ct), ct));

    [Function("ResetPassword"), AllowAnonymous]
    [Describe(
        "Reset the password with a mail's token",
        Detail = "Every session ends.",
        Request = typeof(ResetPassword.Request),
        Status = 204,
        Problems = ["400 invalid_token", "503 busy"]
    )]
    public async Task<IResult> Reset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/reset-password")] HttpRequest request,
        CancellationToken ct
    )
    {
        await reset.HandleAsync(await Body.ReadAsync<ResetPassword.Request>(request, ct), ct);
        return Answer.NoContent();
    }

    [Function("ChangePassword")]
    [Describe(
        "Change the password",
        Detail = "The other sessions end.",
        Request = typeof(ChangePassword.Request),
        Status = 204,
        Problems = ["401 invalid_credentials", "503 busy"]
    )]
    public async Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/me/password")] HttpRequest request,
        CancellationToken ct
    )
    {
        await change.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            await Body.ReadAsync<ChangePassword.Request>(request, ct),
            address.Of(request.HttpContext),
            ct
        );
        return Answer.NoContent();
    }

    [Function("DeleteMe")]
    [Describe(
        "Delete the account and all its data",
        Detail = "Asks for the password; an account without one needs a sign-in at most five minutes old. Sessions end at once, the rest "
            + "is erased within seconds. Audit entries stay, pseudonymised.",
        Request = typeof(DeleteMe.Request),
        Response = typeof(DeleteMe.Response),
        Status = 202,
        Problems = ["401 invalid_credentials", "403 reauthentication_required"]
    )]
    public async Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "auth/me")] HttpRequest request,
        CancellationToken ct
    ) =>
        Answer.Accepted(
            await delete.HandleAsync(
                CurrentUser.Of(request.HttpContext),
                await Body.ReadOrDefaultAsync<DeleteMe.Request>(request, ct),
                address.Of(request.HttpContext),
                ct
            )
        );

    [Function("StartExport")]
    [Describe("Start an export of all data held on the caller", Response = typeof(ExportMe.Response), Status = 202)]
    public async Task<IResult> StartExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/me/export")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Accepted(await export.StartAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("GetExport")]
    [AlsoAnswers(202, typeof(ExportMe.Response), "It is not ready yet.")]
    [Describe(
        "Get an export",
        Detail = "202 until it is ready; kept for a day.",
        Response = typeof(ExportMe.UserExport),
        Problems = ["404 not_found"]
    )]
    public async Task<IResult> GetExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/me/export/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    ) =>
        await export.FindAsync(CurrentUser.Of(request.HttpContext), id, ct) is { } content
            ? Answer.Ok(content)
            : Answer.Accepted(new ExportMe.Response(Guid.Parse(id)));

    [Function("ListSessions")]
    [Describe("List the caller's sessions", Response = typeof(ListPage<ListSessions.Session>))]
    public async Task<IResult> Sessions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/sessions")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await sessions.HandleAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("EndSession")]
    [Describe("End a session", Status = 204, Problems = ["404 not_found"])]
    public async Task<IResult> EndSession(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "auth/sessions/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await sessions.EndAsync(CurrentUser.Of(request.HttpContext), id, ct);
        return Answer.NoContent();
    }

    [Function("StartTotp")]
    [Describe(
        "Start to add an authenticator app",
        Detail = "Nothing asks for its codes until it is confirmed.",
        Response = typeof(ManageTotp.TotpSecret),
        Problems = ["409 conflict"]
    )]
    public async Task<IResult> StartTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/mfa/totp")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await totp.StartAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("ConfirmTotp")]
    [Describe(
        "Confirm the authenticator app with a code",
        Detail = "Answers ten recovery codes, shown once.",
        Request = typeof(ManageTotp.Request),
        Response = typeof(ManageTotp.TotpConfirmed),
        Problems = ["401 invalid_credentials"]
    )]
    public async Task<IResult> ConfirmTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/mfa/totp/confirm")] HttpRequest request,
        CancellationToken ct
    ) =>
        Answer.Ok(
            await totp.ConfirmAsync(
                CurrentUser.Of(request.HttpContext),
                await Body.ReadAsync<ManageTotp.Request>(request, ct),
                address.Of(request.HttpContext),
                ct
            )
        );

    [Function("RemoveTotp")]
    [Describe(
        "Remove the authenticator app",
        Request = typeof(ManageTotp.Request),
        Status = 204,
        Problems = ["401 invalid_credentials", "404 not_found"]
    )]
    public async Task<IResult> RemoveTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "auth/mfa/totp")] HttpRequest request,
        CancellationToken ct
    )
    {
        await totp.RemoveAsync(
            CurrentUser.Of(request.HttpContext),
            await Body.ReadAsync<ManageTotp.Request>(request, ct),
            address.Of(request.HttpContext),
            ct
        );
        return Answer.NoContent();
    }
}
