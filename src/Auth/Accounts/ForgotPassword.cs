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
public sealed class ForgotPassword
{
    internal static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(30);
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly Users _users;
    private readonly MailQueue _mails;
    private readonly AuthOptions _options;
    private readonly TimeProvider _time;

    internal ForgotPassword(Db db, PasswordHasher hasher, Users users, MailQueue mails, IOptions<AuthOptions> options, TimeProvider time) =>
        (_db, _hasher, _users, _mails, _options, _time) = (db, hasher, users, mails, options.Value, time);

    public sealed record Request(string? Email);
    public sealed record Response(string Status);

    public Task<Response> HandleAsync(Request request, CancellationToken ct) => OnTheBeat.AnswerAsync(() => AskAsync(request, ct));

    private async Task<Response> AskAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.ThrowIfAny();
        _hasher.EnsureRoom();
        var user = await _users.FindByEmailAsync(email, ct);
        var verified = user is { Profile.EmailVerified: true };
        await _hasher.BurnAsync(email, ct);
        var token = MasterKey.NewToken();
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(
            async tx =>
            {
                await MailTokens.AddAsync(
                    tx,
                    token,
                    verified ? user!.Id : Guid.CreateVersion7(),
                    MailTokens.ResetPassword,
                    now + TokenLifetime,
                    null,
                    null,
                    ct
                );
                await _mails.AddAsync(tx, SecurityMails.ResetPassword(email, token, _options.Origin, now), ct, isDecoy: !verified);
            },
            ct
        );
        return new Response("reset_sent");
    }
}
