using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.Auth;

/// <summary>The email address of an account: verified again, or changed.</summary>
public sealed class AddressFunctions(ChangeEmail change, ResendVerification resend, CallerAddress address)
{
    [Function("ResendVerification"), AllowAnonymous, RateLimit("forgot-password")]
    [Describe(
        "Send the verification mail again",
        Detail = "The answer is the same for every address.",
        Request = typeof(ResendVerification.Request),
        Response = typeof(RegisterUser.Response),
        Status = 202
    )]
    public async Task<IResult> Resend(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/resend-verification")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Accepted(await resend.HandleAsync(await Body.ReadAsync<ResendVerification.Request>(request, ct), ct));

    [Function("ChangeEmail")]
    [Describe(
        "Request a change of address",
        Detail = "In force when the mails to the old and the new address are both answered; all sessions end then.",
        Request = typeof(ChangeEmail.Request),
        Response = typeof(ChangeEmail.Response),
        Status = 202,
        Problems = ["401 invalid_credentials", "409 conflict"]
    )]
    public async Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/me/email")] HttpRequest request,
        CancellationToken ct
    ) =>
        Answer.Accepted(
            await change.StartAsync(
                CurrentUser.Of(request.HttpContext),
                await Body.ReadAsync<ChangeEmail.Request>(request, ct),
                address.Of(request.HttpContext),
                ct
            )
        );

    [Function("ConfirmEmailChange"), AllowAnonymous]
    [Describe("Confirm a change of address", Request = typeof(ChangeEmail.ConfirmRequest), Status = 204, Problems = ["400 invalid_token"])]
    public async Task<IResult> Confirm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/confirm-email-change")] HttpRequest request,
        CancellationToken ct
    )
    {
        await change.ConfirmAsync(await Body.ReadAsync<ChangeEmail.ConfirmRequest>(request, ct), ct);
        return Answer.NoContent();
    }
}
