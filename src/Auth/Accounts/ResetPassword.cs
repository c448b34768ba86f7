using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// POST /auth/reset-password: uses up the mail's token, sets the password and ends every session. A wrong token costs the same hash.
/// </summary>
public sealed class ResetPassword
{
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly Users _users;
    private readonly EndSessions _end;
    private readonly Attempts _attempts;
    private readonly MailQueue _mails;
    private readonly TimeProvider _time;

    internal ResetPassword(
        Db db,
        PasswordHasher hasher,
        Users users,
        EndSessions end,
        Attempts attempts,
        MailQueue mails,
        TimeProvider time
    ) => (_db, _hasher, _users, _end, _attempts, _mails, _time) = (db, hasher, users, end, attempts, mails, time);

    public sealed record Request(string? Token, string? NewPassword);

    public async Task HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Token is { Length: > 0 and <= 200 }, "token", "is required");
        PasswordRules.Check(check, request.NewPassword, "\0", null, "newPassword");
        check.ThrowIfAny();
        _hasher.EnsureRoom();
        var now = _time.GetUtcNow();
        var owner = await _db.OneAsync(
            "select user_id from auth.mail_tokens where token_hash = $1 and kind = 'reset_password' and used_at is null and expires_at > $2",
            r => r.GetGuid(0),
            ct,
            MailTokens.HashOf(request.Token!),
            now
        );
        var user = await _users.FindByIdAsync(owner, ct);
        var hash = await _hasher.HashAsync(request.NewPassword!, ct);
        if (user is null) throw AuthProblems.InvalidToken();
        // Only now, when the token has told who asks.
        PasswordRules.Check(check, request.NewPassword, user.Profile.Email, user.Profile.DisplayName, "newPassword");
        check.ThrowIfAny();
        await _db.InTransactionAsync(async tx =>
        {
            if (await MailTokens.UseAsync(tx, request.Token!, MailTokens.ResetPassword, now, ct) is null) throw AuthProblems.InvalidToken();
            await _users.SetPasswordAsync(tx, user.Id, hash, ct);
            await _end.HandleAsync(tx, user.Id, null, null, ct);
            await _attempts.ForgetAllAsync(tx, user.Profile.Email, ct);
            await _mails.AddAsync(tx, SecurityMails.PasswordChanged(user.Profile.Email, now), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.password_reset", null, now, ct, actor: user.Id);
        }, ct);
    }
}
