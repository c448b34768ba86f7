using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// Seeds the first administrator of a local host. An existing one keeps everything but, where it changed, the password, and with it whoever
/// was signed in.
/// </summary>
[Singleton]
public sealed class EnsureAdmin(Db db, PasswordHasher hasher, Users users, EndSessions end, TimeProvider time)
{
    public const string Email = "admin@agentinvest.local";

    public async Task HandleAsync(string? password, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(password)) return;
        var existing = await users.FindByEmailAsync(Email, ct);
        if (existing is not null && await hasher.VerifyAsync(password, existing.PasswordHash, ct)) return;
        var hash = await hasher.HashAsync(password, ct);
        await db.InTransactionAsync(async tx =>
        {
            // Two hosts that start at once on one database both come here.
            var admin = await users.EnsureAsync(tx, Email, "Administrator", ct);
            await users.SetVerifiedAsync(tx, admin.Id, time.GetUtcNow(), ct);
            await users.SetPasswordAsync(tx, admin.Id, hash, ct);
            if (existing is null) await users.SetTierAsync(tx, admin.Id, Tier.Premium, ct);
            if (!admin.Profile.Roles.Contains(Role.Admin)) await users.SetRolesAsync(tx, admin.Id, [Role.User, Role.Admin], ct);
            await end.HandleAsync(tx, admin.Id, null, null, ct);
            await AuditLog.AddAsync(tx, admin.Id, existing is null ? "admin.seeded" : "auth.password_changed", null, time.GetUtcNow(), ct);
        }, ct);
    }
}
