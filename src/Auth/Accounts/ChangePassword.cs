using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>POST /auth/me/password: sets a new password against the old one and ends the other sessions.</summary>
[Singleton]
public sealed class ChangePassword(
    Db db,
    PasswordHasher hasher,
    ProvePassword prove,
    Users users,
    EndSessions end,
    MailOutbox mails,
    TimeProvider time
)
{
    [Example("""{"currentPassword": "seven otters drift past Oslo", "newPassword": "nine herons nap near Riga"}""")]
    public sealed record Request(string CurrentPassword, string NewPassword);

    public async Task HandleAsync(CurrentUser caller, Request request, string source, CancellationToken ct)
    {
        var user = await users.FindByIdAsync(caller.Id, ct) ?? throw Problems.NotFound();
        var check = new Check();
        check.That(request.CurrentPassword is { Length: > 0 and <= 128 }, "currentPassword", "is required, 128 characters at most");
        PasswordRules.Check(check, request.NewPassword, user.Profile.Email, user.Profile.DisplayName, "newPassword");
        check.ThrowIfAny();
        await prove.HandleAsync(user, request.CurrentPassword, source, ct);
        var hash = await hasher.HashAsync(request.NewPassword, ct);
        await db.InTransactionAsync(async tx =>
        {
            await users.SetPasswordAsync(tx, user.Id, hash, ct);
            await end.HandleAsync(tx, user.Id, null, caller.SessionId, ct);
            await mails.AddAsync(tx, SecurityMails.PasswordChanged(user.Profile.Email, time.GetUtcNow()), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.password_changed", null, time.GetUtcNow(), ct);
        }, ct);
    }
}

/// <summary>
/// Asks somebody signed in for the password once more: with a stolen access token it can be guessed no faster than at sign-in.
/// </summary>
[Singleton]
public sealed class ProvePassword(PasswordHasher hasher, Attempts attempts)
{
    internal async Task HandleAsync(UserRow user, string password, string source, CancellationToken ct)
    {
        var paused = await attempts.IsPausedAsync(user.Profile.Email, source, ct);
        if (await hasher.VerifyAsync(password, user.PasswordHash, ct) && !paused) return;
        await attempts.CountAsync(user.Profile.Email, source, ct);
        throw AuthProblems.InvalidCredentials();
    }
}
