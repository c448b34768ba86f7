using AgentInvest.Core;
using AgentInvest.Core.Security;
using Npgsql;

namespace AgentInvest.Auth.Accounts;

/// <summary>A user as the sign-in paths need them.</summary>
/// <param name="PasswordHash">"" for none: an unverified address, or a user of passkeys and providers alone.</param>
/// <param name="TokenVersion">What access tokens must carry to be good still.</param>
internal sealed record UserRow(UserProfile Profile, string PasswordHash, DateTimeOffset CreatedAt, int TokenVersion)
{
    public Guid Id => Profile.Id;
}

/// <summary>The only code that touches the personal columns of <c>auth.users</c>.</summary>
internal sealed class Users(Db db, Revocations revocations)
{
    private const string Columns = "id, email, display_name, roles, tier, verified_at is not null, password_hash, created_at, token_version";

    public Task<UserRow?> FindByIdAsync(Guid id, CancellationToken ct) => db.OneAsync($"select {Columns} from auth.users where id = $1", Read, ct, id);
    public Task<UserRow?> FindByIdAsync(Tx tx, Guid id, CancellationToken ct) => tx.OneAsync($"select {Columns} from auth.users where id = $1", Read, ct, id);
    public Task<UserRow?> FindByEmailAsync(string email, CancellationToken ct) => db.OneAsync($"select {Columns} from auth.users where email = $1", Read, ct, email);
    public Task<UserRow?> FindByEmailAsync(Tx tx, string email, CancellationToken ct) => tx.OneAsync($"select {Columns} from auth.users where email = $1", Read, ct, email);

    /// <summary>Users in order of their ids, which is the order they came in; those after <paramref name="after"/>.</summary>
    public Task<List<UserRow>> ListAsync(Guid? after, int limit, CancellationToken ct) =>
        db.ListAsync($"select {Columns} from auth.users where $1::uuid is null or id > $1 order by id limit $2", Read, ct, after, limit);

    /// <param name="email">As <see cref="EmailAddress"/> keeps it. Two inserts of one address: the second fails with PostgreSQL's unique violation.</param>
    /// <param name="passwordHash">"" for none.</param>
    public async Task<UserRow> InsertAsync(Tx tx, string email, string? displayName, string passwordHash, DateTimeOffset? verifiedAt, CancellationToken ct) => (await tx.OneAsync($"""
        insert into auth.users (id, email, password_hash, display_name, verified_at) values ($1, $2, $3, $4, $5) returning {Columns}
        """, Read, ct, Guid.CreateVersion7(), email, passwordHash, displayName, verifiedAt))!;

    /// <summary>The account of this address, made without a password where there is none yet: the same statement either way.</summary>
    public async Task<UserRow> EnsureAsync(Tx tx, string email, string? displayName, CancellationToken ct) => (await tx.OneAsync($"""
        insert into auth.users (id, email, password_hash, display_name) values ($1, $2, '', $3)
        on conflict (email) do update set email = excluded.email returning {Columns}
        """, Read, ct, Guid.CreateVersion7(), email, displayName))!;

    public Task SetDisplayNameAsync(Tx tx, Guid id, string? displayName, CancellationToken ct) =>
        tx.ExecuteAsync("update auth.users set display_name = $2 where id = $1", ct, id, displayName);

    public Task SetPasswordAsync(Tx tx, Guid id, string passwordHash, CancellationToken ct) =>
        tx.ExecuteAsync("update auth.users set password_hash = $2 where id = $1", ct, id, passwordHash);

    /// <summary>False when the address had been verified before; then nothing changes.</summary>
    public async Task<bool> SetVerifiedAsync(Tx tx, Guid id, DateTimeOffset at, CancellationToken ct) =>
        await tx.ExecuteAsync("update auth.users set verified_at = $2 where id = $1 and verified_at is null", ct, id, at) == 1;

    /// <summary>False for an unknown user. Access tokens already issued stop working: here now, on other hosts within a second.</summary>
    public Task<bool> SetRolesAsync(Tx tx, Guid id, IReadOnlyList<string> roles, CancellationToken ct) =>
        ChangeRightsAsync(tx, id, "roles = $2", roles.ToArray(), ct);

    /// <summary>Like <see cref="SetRolesAsync"/>.</summary>
    public Task<bool> SetTierAsync(Tx tx, Guid id, string tier, CancellationToken ct) => ChangeRightsAsync(tx, id, "tier = $2", tier, ct);

    private async Task<bool> ChangeRightsAsync(Tx tx, Guid id, string assignment, object value, CancellationToken ct)
    {
        var version = await tx.OneAsync($"update auth.users set {assignment}, token_version = token_version + 1 where id = $1 returning token_version", r => (int?)r.GetInt32(0), ct, id, value);
        if (version is null) return false;
        await revocations.RevokeTokensAsync(tx, id, version.Value, ct);
        return true;
    }

    private static UserRow Read(NpgsqlDataReader r) => new(
        new UserProfile(r.GetGuid(0), r.GetString(1), r.Text(2), r.GetFieldValue<string[]>(3), r.GetString(4), r.GetBoolean(5), false), r.GetString(6), r.Instant(7), r.GetInt32(8));
}
