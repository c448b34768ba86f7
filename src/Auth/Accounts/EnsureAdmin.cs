using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// Seeds the first administrator of a local host. An existing one keeps everything but, where it changed, the password, and with it whoever
/// was signed in.
/// </summary>
public sealed class EnsureAdmin
{
    public const string Email = "admin@agentinvest.local";
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly Users _users;
    private readonly EndSessions _end;
    private readonly TimeProvider _time;

    internal EnsureAdmin(Db db, PasswordHasher hasher, Users users, EndSessions end, TimeProvider time) =>
        (_db, _hasher, _users, _end, _time) = (db, hasher, users, end, time);

    public async Task HandleAsync(string? password, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(password)) return;
        var existing = await _users.FindByEmailAsync(Email, ct);
        if (existing is not null && await _hasher.VerifyAsync(password, existing.PasswordHash, ct)) return;
        var hash = await _hasher.HashAsync(password, ct);
        await _db.InTransactionAsync(async tx =>
        {
            // Two hosts that start at once on one database both come here.
            var admin = await _users.EnsureAsync(tx, Email, "Administrator", ct);
            await _users.SetVerifiedAsync(tx, admin.Id, _time.GetUtcNow(), ct);
            await _users.SetPasswordAsync(tx, admin.Id, hash, ct);
            if (existing is null) await _users.SetTierAsync(tx, admin.Id, "premium", ct);
            if (!admin.Profile.Roles.Contains("admin")) await _users.SetRolesAsync(tx, admin.Id, ["user", "admin"], ct);
            await _end.HandleAsync(tx, admin.Id, null, null, ct);
            await AuditLog.AddAsync(tx, admin.Id, existing is null ? "admin.seeded" : "auth.password_changed", null, _time.GetUtcNow(), ct);
        }, ct);
    }
}
