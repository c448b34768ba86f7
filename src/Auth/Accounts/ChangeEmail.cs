using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// POST /auth/me/email and /auth/confirm-email-change. In force when the mails to the old and to the new address have both been confirmed:
/// somebody with the password alone cannot take the account away from whoever reads its mail, and nobody ends up with an address they
/// cannot read. Whether the new address is taken is not answered; its owner gets a mail.
/// </summary>
[Singleton]
public sealed class ChangeEmail(
    Db db,
    Users users,
    ProvePassword prove,
    MailOutbox mails,
    EndSessions end,
    IOptions<AuthOptions> options,
    TimeProvider time
)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private readonly AuthOptions _options = options.Value;

    [Example("""{"email": "ada.lovelace@example.com", "password": "seven otters drift past Oslo"}""")]
    public sealed record Request(string Email, string Password);
    public sealed record Response(string Status);
    [Example("""{"token": "as-it-stands-in-the-mail"}""")]
    public sealed record ConfirmRequest(string Token);

    private sealed record Change(Guid UserId, byte[] Email, bool IsWhole);

    public Task<Response> StartAsync(CurrentUser caller, Request request, string source, CancellationToken ct) =>
        TimingPadding.PadAsync(() => AskAsync(caller, request, source, ct));

    private async Task<Response> AskAsync(CurrentUser caller, Request request, string source, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.That(request.Password is { Length: > 0 and <= 128 }, "password", "is required, 128 characters at most");
        check.ThrowIfAny();
        var user = await users.FindByIdAsync(caller.Id, ct) ?? throw Problems.NotFound();
        if (email == user.Profile.Email) throw Problems.Validation("email", "is the address already");
        if (user.PasswordHash.Length == 0)
            throw Problems.Conflict("Choose a password first (forgot-password): it proves that it is you who changes the address.");
        await prove.HandleAsync(user, request.Password, source, ct);
        var (oldToken, newToken) = (MasterKey.NewToken(), MasterKey.NewToken());
        var now = time.GetUtcNow();
        await db.InTransactionAsync(
            async tx =>
            {
                var taken = await users.FindByEmailAsync(tx, email, ct) is { Profile.EmailVerified: true };
                await tx.ExecuteAsync(
                    """
                    insert into auth.email_changes (user_id, email_sealed, old_token_hash, new_token_hash, expires_at)
                    values ($1, $2, $3, $4, $5)
                    on conflict (user_id) do update set
                        email_sealed = excluded.email_sealed,
                        old_token_hash = excluded.old_token_hash, new_token_hash = excluded.new_token_hash,
                        old_confirmed_at = null, new_confirmed_at = null, expires_at = excluded.expires_at
                    """,
                    ct,
                    user.Id,
                    user.Key.SealText("auth.email_changes", "email", user.Id, email),
                    MailTokens.HashOf(oldToken),
                    MailTokens.HashOf(newToken),
                    now + Lifetime
                );
                await mails.AddAsync(tx, Notices.ConfirmOldAddress(user.Profile.Email, oldToken, _options.AppAddress, now), ct);
                await mails.AddAsync(
                    tx,
                    taken
                        ? Mail.AlreadyRegistered(email, _options.AppAddress, now)
                        : Notices.ConfirmNewAddress(email, newToken, _options.AppAddress, now),
                    ct
                );
                await AuditLog.AddAsync(tx, user.Id, "auth.address_change_asked", null, now, ct);
            },
            ct
        );
        return new Response("confirmation_sent");
    }

    public async Task ConfirmAsync(ConfirmRequest request, CancellationToken ct)
    {
        if (request.Token is not { Length: > 0 and <= 200 } token) throw Problems.Validation("token", "is required");
        var now = time.GetUtcNow();
        await db.InTransactionAsync(
            async tx =>
            {
                var change =
                    await tx.OneAsync(
                        """
                        update auth.email_changes set
                            old_confirmed_at = case when old_token_hash = $1 then $2 else old_confirmed_at end,
                            new_confirmed_at = case when new_token_hash = $1 then $2 else new_confirmed_at end
                        where expires_at > $2 and (
                            (old_token_hash = $1 and old_confirmed_at is null) or (new_token_hash = $1 and new_confirmed_at is null))
                        returning user_id, email_sealed, old_confirmed_at is not null and new_confirmed_at is not null
                        """,
                        r => new Change(r.GetGuid(0), r.GetFieldValue<byte[]>(1), r.GetBoolean(2)),
                        ct,
                        MailTokens.HashOf(token),
                        now
                    ) ?? throw AuthProblems.InvalidToken();
                if (change.IsWhole)
                    await ApplyAsync(tx, change, now, ct);
            },
            ct
        );
    }

    private async Task ApplyAsync(Tx tx, Change change, DateTimeOffset now, CancellationToken ct)
    {
        var user = await users.FindByIdAsync(tx, change.UserId, ct) ?? throw AuthProblems.InvalidToken();
        var email = user.Key.OpenText("auth.email_changes", "email", user.Id, change.Email);
        await tx.ExecuteAsync("delete from auth.email_changes where user_id = $1", ct, user.Id);
        // Somebody may have taken the address since it was asked for; then nothing changes, and the token is as good as used.
        if (!await users.SetEmailAsync(tx, user, email, ct)) throw AuthProblems.InvalidToken();
        // What lies in the old mailbox opens nothing any more.
        await tx.ExecuteAsync("update auth.mail_tokens set used_at = $2 where user_id = $1 and used_at is null", ct, user.Id, now);
        await end.HandleAsync(tx, user.Id, null, null, ct);
        await mails.AddAsync(tx, Notices.AddressChanged(user.Profile.Email, now), ct);
        await mails.AddAsync(tx, Notices.AddressChanged(email, now), ct);
        await AuditLog.AddAsync(tx, user.Id, "auth.address_changed", null, now, ct, actor: user.Id);
    }
}
