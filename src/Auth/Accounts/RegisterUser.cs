using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passwords;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// POST /auth/register. The answer is the same for a new, an unverified and a taken address; only the mail differs. The password waits with
/// the mail's token, so that whoever reads the mail activates the very password that was sent with that registration, not one a stranger
/// sent later.
/// </summary>
[Singleton]
public sealed class RegisterUser(
    Db db,
    PasswordHasher hasher,
    Users users,
    MailOutbox mails,
    IOptions<AuthOptions> options,
    TimeProvider time
)
{
    internal static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(24);
    private readonly AuthOptions _options = options.Value;

    [Example("""{"email": "ada@example.com", "password": "seven otters drift past Oslo", "displayName": "Ada"}""")]
    public sealed record Request(string Email, string Password, string? DisplayName = null);
    public sealed record Response(string Status);

    public Task<Response> HandleAsync(Request request, CancellationToken ct) => TimingPadding.PadAsync(() => RegisterAsync(request, ct));

    private async Task<Response> RegisterAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        CheckName(check, request.DisplayName);
        PasswordRules.Check(check, request.Password, email.Length > 0 ? email : "\0", request.DisplayName);
        check.ThrowIfAny();

        var hash = await hasher.HashAsync(request.Password, ct);
        var token = MasterKey.NewToken();
        var now = time.GetUtcNow();
        await db.InTransactionAsync(
            async tx =>
            {
                // An account without a usable password stands for the address until the mail is answered.
                var user = await users.EnsureAsync(tx, email, request.DisplayName, ct);
                var verified = user.Profile.EmailVerified;
                // A taken address gets a token as well: one that has expired.
                await MailTokens.AddAsync(
                    tx,
                    token,
                    user.Id,
                    MailTokenKind.VerifyEmail,
                    verified ? now : now + TokenLifetime,
                    hash,
                    MailTokens.SealName(user.Key, token, request.DisplayName?.Trim()),
                    ct
                );
                await mails.AddAsync(
                    tx,
                    verified
                        ? Mail.AlreadyRegistered(email, _options.AppAddress, now)
                        : Mail.VerifyEmail(email, token, _options.AppAddress, now),
                    ct
                );
            },
            ct
        );
        return new Response("verification_sent");
    }

    internal static void CheckName(Check check, string? name) =>
        check.That(
            name is null || (name.Trim().Length is >= 1 and <= 100 && !name.Any(char.IsControl)),
            "displayName",
            "must have 1 to 100 characters, none of them control characters"
        );
}
