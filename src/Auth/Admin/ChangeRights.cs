using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Admin;

/// <summary>
/// PUT /admin/users/{id}/roles and /tier. Tokens issued with the old rights stop: here now, on other hosts within a second. There is always
/// an administrator: the last one keeps the role.
/// </summary>
[Singleton]
public sealed class ChangeRights(Db db, Users users, ApiKeyVerifier keys, TimeProvider time)
{
    private const long AdminLock = 0x41646D696E73;

    [Example("""{"roles": ["user", "analyst"]}""")]
    public sealed record RolesRequest(IReadOnlyList<Role> Roles);
    [Example("""{"tier": "premium"}""")]
    public sealed record TierRequest(Tier Tier);

    public async Task SetRolesAsync(string id, RolesRequest request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Roles is { Count: > 0 }, "roles", "must name at least one role");
        check.ThrowIfAny();
        var roles = request.Roles.Distinct().Order().ToArray();
        var user = Parse(id);
        await db.InTransactionAsync(async tx =>
        {
            if (!roles.Contains(Role.Admin)) await KeepAnAdminAsync(tx, user, ct);
            if (!await users.SetRolesAsync(tx, user, roles, ct)) throw Problems.NotFound();
            await AuditLog.AddAsync(tx, user, "admin.roles_changed", new { roles }, time.GetUtcNow(), ct);
        }, ct);
        keys.Invalidate(user);
    }

    public async Task SetTierAsync(string id, TierRequest request, CancellationToken ct)
    {
        var check = new Check();
        check.That(Enum.IsDefined(request.Tier), "tier", "is required");
        check.ThrowIfAny();
        var user = Parse(id);
        await db.InTransactionAsync(async tx =>
        {
            if (!await users.SetTierAsync(tx, user, request.Tier, ct)) throw Problems.NotFound();
            await AuditLog.AddAsync(tx, user, "admin.tier_changed", new { request.Tier }, time.GetUtcNow(), ct);
        }, ct);
        keys.Invalidate(user);
    }

    /// <summary>Throws where nobody but this user is an administrator.</summary>
    internal static async Task KeepAnAdminAsync(Tx tx, Guid leaving, CancellationToken ct)
    {
        // Two administrators who demote each other take turns; the second is the last one by then.
        await tx.ExecuteAsync("select pg_advisory_xact_lock($1)", ct, AdminLock);
        if (
            !await tx.OneAsync(
                "select exists (select from auth.users where 'admin' = any(roles) and verified_at is not null and id <> $1)",
                r => r.GetBoolean(0),
                ct,
                leaving
            )
        )
            throw AccessProblems.LastAdmin();
    }

    private static Guid Parse(string id) => Guid.TryParse(id, out var user) ? user : throw Problems.NotFound();
}
