using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passwords;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// POST /auth/forgot-password: 202 always. An unknown or unverified address costs a hash, a token and an outbox row like any other; its
/// token belongs to nobody and its row is not a mail.
/// </summary>
[Singleton]
public sealed class ForgotPassword(
    Db db,
    PasswordHasher hasher,
    Users users,
    MailOutbox mails,
    IOptions<AuthOptions> options,
    TimeProvider time
)
{
    internal static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(30);
    private readonly AuthOptions _options = options.Value;

    [Example("""{"email": "ada@example.com"}""")]
    public sealed record Request(string Email);
    public sealed record Response(string Status);

    public Task<Response> HandleAsync(Request request, CancellationToken ct) => TimingPadding.PadAsync(() => AskAsync(request, ct));

    private async Task<Response> AskAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.ThrowIfAny();
        hasher.EnsureRoom();
        var user = await users.FindByEmailAsync(email, ct);
        var verified = user is { Profile.EmailVerified: true };
        await hasher.BurnAsync(email, ct);
        var token = MasterKey.NewToken();
        var now = time.GetUtcNow();
        await db.InTransactionAsync(
            async tx =>
            {
                await MailTokens.AddAsync(
                    tx,
                    token,
                    verified ? user!.Id : Guid.CreateVersion7(),
                    MailTokenKind.ResetPassword,
                    now + TokenLifetime,
                    null,
                    null,
                    ct
                );
                await mails.AddAsync(tx, SecurityMails.ResetPassword(email, token, _options.AppAddress, now), ct, isDecoy: !verified);
            },
            ct
        );
        return new Response("reset_sent");
    }
}
