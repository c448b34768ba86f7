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
public sealed class RegisterUser
{
    internal static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(24);
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly Users _users;
    private readonly MailQueue _mails;
    private readonly AuthOptions _options;
    private readonly TimeProvider _time;

    internal RegisterUser(Db db, PasswordHasher hasher, Users users, MailQueue mails, IOptions<AuthOptions> options, TimeProvider time) =>
        (_db, _hasher, _users, _mails, _options, _time) = (db, hasher, users, mails, options.Value, time);

    public sealed record Request(string? Email, string? Password, string? DisplayName);
    public sealed record Response(string Status);

    public Task<Response> HandleAsync(Request request, CancellationToken ct) => OnTheBeat.AnswerAsync(() => RegisterAsync(request, ct));

    private async Task<Response> RegisterAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        CheckName(check, request.DisplayName);
        PasswordRules.Check(check, request.Password, email.Length > 0 ? email : "\0", request.DisplayName);
        check.ThrowIfAny();

        var hash = await _hasher.HashAsync(request.Password!, ct);
        var token = MasterKey.NewToken();
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(
            async tx =>
            {
                // An account without a usable password stands for the address until the mail is answered.
                var user = await _users.EnsureAsync(tx, email, request.DisplayName, ct);
                var verified = user.Profile.EmailVerified;
                // A taken address gets a token as well: one that has expired.
                await MailTokens.AddAsync(
                    tx,
                    token,
                    user.Id,
                    MailTokens.VerifyEmail,
                    verified ? now : now + TokenLifetime,
                    hash,
                    MailTokens.SealName(user.Key, token, request.DisplayName?.Trim()),
                    ct
                );
                await _mails.AddAsync(
                    tx,
                    verified ? Mail.AlreadyRegistered(email, _options.Origin, now) : Mail.VerifyEmail(email, token, _options.Origin, now),
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
