using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Admin;

/// <summary>
/// PUT /admin/users/{id}/roles and /tier. Tokens issued with the old rights stop: here now, on other hosts within a second. There is always
/// an administrator: the last one keeps the role.
/// </summary>
public sealed class ChangeRights
{
    private const long AdminLock = 0x41646D696E73;
    private static readonly string[] Roles = ["user", "analyst", "admin"];
    private static readonly string[] Tiers = ["free", "premium"];
    private readonly Db _db;
    private readonly Users _users;
    private readonly ApiKeyVerifier _keys;
    private readonly TimeProvider _time;

    internal ChangeRights(Db db, Users users, ApiKeyVerifier keys, TimeProvider time) =>
        (_db, _users, _keys, _time) = (db, users, keys, time);

    public sealed record RolesRequest(IReadOnlyList<string>? Roles);
    public sealed record TierRequest(string? Tier);

    public async Task SetRolesAsync(string id, RolesRequest request, CancellationToken ct)
    {
        var check = new Check();
        if (check.That(request.Roles is { Count: > 0 }, "roles", "must name at least one role"))
            for (var i = 0; i < request.Roles!.Count; i++)
                check.That(Roles.Contains(request.Roles[i]), $"roles[{i}]", "must be user, analyst or admin");
        check.ThrowIfAny();
        var roles = Roles.Where(request.Roles!.Contains).ToArray();
        var user = Parse(id);
        await _db.InTransactionAsync(async tx =>
        {
            if (!roles.Contains("admin")) await KeepAnAdminAsync(tx, user, ct);
            if (!await _users.SetRolesAsync(tx, user, roles, ct)) throw Problems.NotFound();
            await AuditLog.AddAsync(tx, user, "admin.roles_changed", new { roles }, _time.GetUtcNow(), ct);
        }, ct);
        _keys.Reread(user);
    }

    public async Task SetTierAsync(string id, TierRequest request, CancellationToken ct)
    {
        var check = new Check();
        check.That(Tiers.Contains(request.Tier), "tier", "must be free or premium");
        check.ThrowIfAny();
        var user = Parse(id);
        await _db.InTransactionAsync(async tx =>
        {
            if (!await _users.SetTierAsync(tx, user, request.Tier!, ct)) throw Problems.NotFound();
            await AuditLog.AddAsync(tx, user, "admin.tier_changed", new { request.Tier }, _time.GetUtcNow(), ct);
        }, ct);
        _keys.Reread(user);
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
