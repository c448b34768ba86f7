using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// POST /auth/resend-verification: a new token for the newest registration that waits for its mail to be answered; the older ones stay
/// good. 202 always, and the same work: without such a registration the token belongs to nobody and no mail is sent.
/// </summary>
[Singleton]
public sealed class ResendVerification(Db db, Users users, MailOutbox mails, IOptions<AuthOptions> options, TimeProvider time)
{
    private readonly AuthOptions _options = options.Value;

    [Example("""{"email": "ada@example.com"}""")]
    public sealed record Request(string Email);

    public Task<RegisterUser.Response> HandleAsync(Request request, CancellationToken ct) =>
        TimingPadding.PadAsync(() => SendAsync(request, ct));

    private async Task<RegisterUser.Response> SendAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.ThrowIfAny();
        var user = await users.FindByEmailAsync(email, ct);
        var now = time.GetUtcNow();
        await db.InTransactionAsync(
            async tx =>
            {
                var waiting = await tx.OneAsync(
                    """
                    select user_id, token_hash, password_hash, display_name_sealed from auth.mail_tokens
                    where user_id = $1 and kind = $3 and used_at is null and expires_at > $2 order by expires_at desc limit 1
                    """,
                    r => new MailTokens.Used(
                        r.GetGuid(0),
                        r.GetFieldValue<byte[]>(1),
                        r.Text(2),
                        r.IsDBNull(3) ? null : r.GetFieldValue<byte[]>(3)
                    ),
                    ct,
                    user?.Id ?? Guid.Empty,
                    now,
                    EnumNames.Of(MailTokenKind.VerifyEmail)
                );
                var token = MasterKey.NewToken();
                var name = waiting is null ? null : MailTokens.SealName(user!.Key, token, waiting.Name(user.Key));
                await MailTokens.AddAsync(
                    tx,
                    token,
                    waiting?.UserId ?? Guid.CreateVersion7(),
                    MailTokenKind.VerifyEmail,
                    now + RegisterUser.TokenLifetime,
                    waiting?.PasswordHash,
                    name,
                    ct
                );
                await mails.AddAsync(tx, Mail.VerifyEmail(email, token, _options.AppAddress, now), ct, isDecoy: waiting is null);
            },
            ct
        );
        return new RegisterUser.Response("verification_sent");
    }
}
