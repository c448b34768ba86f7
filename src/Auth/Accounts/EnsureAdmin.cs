using AgentInvest.Auth.Passwords;
using AgentInvest.Core;

namespace AgentInvest.Auth.Accounts;

/// <summary>Seeds the first administrator of a local host. An existing one keeps everything but, where it changed, the password.</summary>
public sealed class EnsureAdmin
{
    public const string Email = "admin@agentinvest.local";
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly TimeProvider _time;

    internal EnsureAdmin(Db db, PasswordHasher hasher, TimeProvider time) => (_db, _hasher, _time) = (db, hasher, time);

    public async Task HandleAsync(string? password, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(password)) return;
        var hash = await _db.OneAsync("select password_hash from auth.users where email = $1", r => r.GetString(0), ct, Email);
        if (hash is not null && await _hasher.VerifyAsync(password, hash, ct)) return;
        await _db.ExecuteAsync("""
            insert into auth.users (id, email, display_name, password_hash, roles, tier, verified_at) values ($1, $2, 'Administrator', $3, '{user,admin}', 'premium', $4)
            on conflict (email) do update set password_hash = excluded.password_hash, roles = excluded.roles
            """, ct, Guid.CreateVersion7(), Email, await _hasher.HashAsync(password, ct), _time.GetUtcNow());
    }
}
