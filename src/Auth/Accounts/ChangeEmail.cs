using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// POST /auth/me/email and /auth/confirm-email-change. In force when the mails to the old and to the new address have both been answered:
/// somebody with the password alone cannot take the account away from whoever reads its mail, and nobody ends up with an address they
/// cannot read. Whether the new address is taken is not told; its owner is.
/// </summary>
public sealed class ChangeEmail
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private readonly Db _db;
    private readonly Users _users;
    private readonly ProvePassword _prove;
    private readonly MailQueue _mails;
    private readonly EndSessions _end;
    private readonly AuthOptions _options;
    private readonly TimeProvider _time;

    internal ChangeEmail(
        Db db,
        Users users,
        ProvePassword prove,
        MailQueue mails,
        EndSessions end,
        IOptions<AuthOptions> options,
        TimeProvider time
    ) => (_db, _users, _prove, _mails, _end, _options, _time) = (db, users, prove, mails, end, options.Value, time);

    public sealed record Request(string? Email, string? Password);
    public sealed record Response(string Status);
    public sealed record ConfirmRequest(string? Token);

    private sealed record Change(Guid UserId, byte[] Email, bool IsWhole);

    public Task<Response> StartAsync(CurrentUser caller, Request request, string source, CancellationToken ct) =>
        OnTheBeat.AnswerAsync(() => AskAsync(caller, request, source, ct));

    private async Task<Response> AskAsync(CurrentUser caller, Request request, string source, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.That(request.Password is { Length: > 0 and <= 128 }, "password", "is required, 128 characters at most");
        check.ThrowIfAny();
        var user = await _users.FindByIdAsync(caller.Id, ct) ?? throw Problems.NotFound();
        if (email == user.Profile.Email) throw Problems.Validation("email", "is the address already");
        if (user.PasswordHash.Length == 0)
            throw Problems.Conflict("Choose a password first (forgot-password): it proves that it is you who changes the address.");
        await _prove.HandleAsync(user, request.Password!, source, ct);
        var (oldToken, newToken) = (MasterKey.NewToken(), MasterKey.NewToken());
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(
            async tx =>
            {
                var taken = await _users.FindByEmailAsync(tx, email, ct) is { Profile.EmailVerified: true };
                await tx.ExecuteAsync(
                    """
                    insert into auth.email_changes (user_id, email_sealed, old_token_hash, new_token_hash, expires_at) values ($1, $2, $3, $4, $5)
                    on conflict (user_id) do update set email_sealed = excluded.email_sealed, old_token_hash = excluded.old_token_hash, new_token_hash = excluded.new_token_hash,
                        old_confirmed_at = null, new_confirmed_at = null, expires_at = excluded.expires_at
                    """,
                    ct,
                    user.Id,
                    user.Key.SealText("auth.email_changes", "email", user.Id, email),
                    MailTokens.HashOf(oldToken),
                    MailTokens.HashOf(newToken),
                    now + Lifetime
                );
                await _mails.AddAsync(tx, Notices.ConfirmOldAddress(user.Profile.Email, oldToken, _options.Origin, now), ct);
                await _mails.AddAsync(
                    tx,
                    taken
                        ? Mail.AlreadyRegistered(email, _options.Origin, now)
                        : Notices.ConfirmNewAddress(email, newToken, _options.Origin, now),
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
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(
            async tx =>
            {
                var change =
                    await tx.OneAsync(
                        """
                        update auth.email_changes set old_confirmed_at = case when old_token_hash = $1 then $2 else old_confirmed_at end, new_confirmed_at = case when new_token_hash = $1 then $2 else new_confirmed_at end
                        where expires_at > $2 and ((old_token_hash = $1 and old_confirmed_at is null) or (new_token_hash = $1 and new_confirmed_at is null))
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
        var user = await _users.FindByIdAsync(tx, change.UserId, ct) ?? throw AuthProblems.InvalidToken();
        var email = user.Key.OpenText("auth.email_changes", "email", user.Id, change.Email);
        await tx.ExecuteAsync("delete from auth.email_changes where user_id = $1", ct, user.Id);
        // Somebody may have taken the address since it was asked for; then nothing changes, and the token is as good as used.
        if (!await _users.SetEmailAsync(tx, user, email, ct)) throw AuthProblems.InvalidToken();
        // What lies in the old mailbox opens nothing any more.
        await tx.ExecuteAsync("update auth.mail_tokens set used_at = $2 where user_id = $1 and used_at is null", ct, user.Id, now);
        await _end.HandleAsync(tx, user.Id, null, null, ct);
        await _mails.AddAsync(tx, Notices.AddressChanged(user.Profile.Email, now), ct);
        await _mails.AddAsync(tx, Notices.AddressChanged(email, now), ct);
        await AuditLog.AddAsync(tx, user.Id, "auth.address_changed", null, now, ct, actor: user.Id);
    }
}

/// <summary>
/// POST /auth/resend-verification: a new token for the newest registration that waits for its mail to be answered; the older ones stay
/// good. 202 always, and the same work: without such a registration the token belongs to nobody and no mail is sent.
/// </summary>
public sealed class ResendVerification
{
    private readonly Db _db;
    private readonly Users _users;
    private readonly MailQueue _mails;
    private readonly AuthOptions _options;
    private readonly TimeProvider _time;

    internal ResendVerification(Db db, Users users, MailQueue mails, IOptions<AuthOptions> options, TimeProvider time) =>
        (_db, _users, _mails, _options, _time) = (db, users, mails, options.Value, time);

    public sealed record Request(string? Email);

    public Task<RegisterUser.Response> HandleAsync(Request request, CancellationToken ct) =>
        OnTheBeat.AnswerAsync(() => SendAsync(request, ct));

    private async Task<RegisterUser.Response> SendAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        check.ThrowIfAny();
        var user = await _users.FindByEmailAsync(email, ct);
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(
            async tx =>
            {
                var waiting = await tx.OneAsync(
                    """
                    select user_id, token_hash, password_hash, display_name_sealed from auth.mail_tokens
                    where user_id = $1 and kind = 'verify_email' and used_at is null and expires_at > $2 order by expires_at desc limit 1
                    """,
                    r => new MailTokens.Used(
                        r.GetGuid(0),
                        r.GetFieldValue<byte[]>(1),
                        r.Text(2),
                        r.IsDBNull(3) ? null : r.GetFieldValue<byte[]>(3)
                    ),
                    ct,
                    user?.Id ?? Guid.Empty,
                    now
                );
                var token = MasterKey.NewToken();
                var name = waiting is null ? null : MailTokens.SealName(user!.Key, token, waiting.Name(user.Key));
                await MailTokens.AddAsync(
                    tx,
                    token,
                    waiting?.UserId ?? Guid.CreateVersion7(),
                    MailTokens.VerifyEmail,
                    now + RegisterUser.TokenLifetime,
                    waiting?.PasswordHash,
                    name,
                    ct
                );
                await _mails.AddAsync(tx, Mail.VerifyEmail(email, token, _options.Origin, now), ct, isDecoy: waiting is null);
            },
            ct
        );
        return new RegisterUser.Response("verification_sent");
    }
}
