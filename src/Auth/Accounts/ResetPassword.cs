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
[Singleton]
public sealed class ResetPassword(
    Db db,
    PasswordHasher hasher,
    Users users,
    EndSessions end,
    Attempts attempts,
    MailOutbox mails,
    TimeProvider time
)
{
    [Example("""{"token": "as-it-stands-in-the-mail", "newPassword": "nine herons nap near Riga"}""")]
    public sealed record Request(string Token, string NewPassword);

    public async Task HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Token is { Length: > 0 and <= 200 }, "token", "is required");
        PasswordRules.Check(check, request.NewPassword, "\0", null, "newPassword");
        check.ThrowIfAny();
        hasher.EnsureRoom();
        var now = time.GetUtcNow();
        var owner = await db.OneAsync(
            "select user_id from auth.mail_tokens where token_hash = $1 and kind = $3 and used_at is null and expires_at > $2",
            r => r.GetGuid(0),
            ct,
            MailTokens.HashOf(request.Token),
            now,
            EnumNames.Of(MailTokenKind.ResetPassword)
        );
        var user = await users.FindByIdAsync(owner, ct);
        var hash = await hasher.HashAsync(request.NewPassword, ct);
        if (user is null) throw AuthProblems.InvalidToken();
        // Only now is it known whose address and name the password must not be.
        PasswordRules.Check(check, request.NewPassword, user.Profile.Email, user.Profile.DisplayName, "newPassword");
        check.ThrowIfAny();
        await db.InTransactionAsync(async tx =>
        {
            if (await MailTokens.UseAsync(tx, request.Token, MailTokenKind.ResetPassword, now, ct) is null)
                throw AuthProblems.InvalidToken();
            await users.SetPasswordAsync(tx, user.Id, hash, ct);
            await end.HandleAsync(tx, user.Id, null, null, ct);
            await attempts.ForgetAllAsync(tx, user.Profile.Email, ct);
            await mails.AddAsync(tx, SecurityMails.PasswordChanged(user.Profile.Email, now), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.password_reset", null, now, ct, actor: user.Id);
        }, ct);
    }
}
