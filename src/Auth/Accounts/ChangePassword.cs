using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>POST /auth/me/password: sets a new password against the old one and ends the other sessions.</summary>
public sealed class ChangePassword
{
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly ProvePassword _prove;
    private readonly Users _users;
    private readonly EndSessions _end;
    private readonly MailQueue _mails;
    private readonly TimeProvider _time;

    internal ChangePassword(
        Db db,
        PasswordHasher hasher,
        ProvePassword prove,
        Users users,
        EndSessions end,
        MailQueue mails,
        TimeProvider time
    ) => (_db, _hasher, _prove, _users, _end, _mails, _time) = (db, hasher, prove, users, end, mails, time);

    public sealed record Request(string? CurrentPassword, string? NewPassword);

    public async Task HandleAsync(CurrentUser caller, Request request, string source, CancellationToken ct)
    {
        var user = await _users.FindByIdAsync(caller.Id, ct) ?? throw Problems.NotFound();
        var check = new Check();
        check.That(request.CurrentPassword is { Length: > 0 and <= 128 }, "currentPassword", "is required, 128 characters at most");
        PasswordRules.Check(check, request.NewPassword, user.Profile.Email, user.Profile.DisplayName, "newPassword");
        check.ThrowIfAny();
        await _prove.HandleAsync(user, request.CurrentPassword!, source, ct);
        var hash = await _hasher.HashAsync(request.NewPassword!, ct);
        await _db.InTransactionAsync(async tx =>
        {
            await _users.SetPasswordAsync(tx, user.Id, hash, ct);
            await _end.HandleAsync(tx, user.Id, null, caller.SessionId, ct);
            await _mails.AddAsync(tx, SecurityMails.PasswordChanged(user.Profile.Email, _time.GetUtcNow()), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.password_changed", null, _time.GetUtcNow(), ct);
        }, ct);
    }
}

/// <summary>
/// The password asked for once more of somebody signed in: with a stolen access token it is guessed no faster than at the door.
/// </summary>
internal sealed class ProvePassword(PasswordHasher hasher, Attempts attempts)
{
    public async Task HandleAsync(UserRow user, string password, string source, CancellationToken ct)
    {
        var paused = await attempts.IsPausedAsync(user.Profile.Email, source, ct);
        if (await hasher.VerifyAsync(password, user.PasswordHash, ct) && !paused) return;
        await attempts.CountAsync(user.Profile.Email, source, ct);
        throw AuthProblems.InvalidCredentials();
    }
}
