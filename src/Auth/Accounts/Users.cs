using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Npgsql;

namespace AgentInvest.Auth.Accounts;

/// <summary>A user as the sign-in paths need them.</summary>
/// <param name="PasswordHash">"" for none: an unverified address, or a user of passkeys and providers alone.</param>
/// <param name="TokenVersion">What access tokens must carry to be good still.</param>
/// <param name="Key">Seals whatever else is personal.</param>
public sealed record UserRow(UserProfile Profile, string PasswordHash, DateTimeOffset CreatedAt, int TokenVersion, UserKey Key)
{
    public Guid Id => Profile.Id;
}

/// <summary>
/// The only code that touches the personal columns of <c>auth.users</c>: address and name are sealed under the user's key, the address is
/// found by a keyed hash. While a master key is being rotated both of its hashes find it.
/// </summary>
[Singleton]
public sealed class Users(Db db, UserKeys keys, MasterKey master, Revocations revocations) : IDisposable
{
    private const string Table = "auth.users";
    private const string Select = """
        select u.id, u.email_sealed, u.display_name_sealed, u.roles, u.tier, u.verified_at is not null, u.password_hash, u.created_at,
               u.token_version, k.wrapped, exists (select from auth.totp t where t.user_id = u.id and t.confirmed_at is not null)
        from auth.users u join core.user_keys k on k.user_id = u.id
        """;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _sealing = new(1, 1);
    private volatile bool _isSealed;
    private readonly IReadOnlyList<byte[]> _indexKeys = master.DeriveAll("blind-index/email");

    internal async Task<UserRow?> FindByIdAsync(Guid id, CancellationToken ct)
    {
        await EnsureSealedAsync(ct);
        return await db.OneAsync(Select + " where u.id = $1", Read, ct, id);
    }

    internal async Task<UserRow?> FindByIdAsync(Tx tx, Guid id, CancellationToken ct)
    {
        await EnsureSealedAsync(ct);
        return await tx.OneAsync(Select + " where u.id = $1", Read, ct, id);
    }

    internal async Task<UserRow?> FindByEmailAsync(string email, CancellationToken ct)
    {
        await EnsureSealedAsync(ct);
        return await db.OneAsync(Select + " where u.email_index = any($1)", Read, ct, Indexes(email));
    }

    internal async Task<UserRow?> FindByEmailAsync(Tx tx, string email, CancellationToken ct)
    {
        await EnsureSealedAsync(ct);
        return await tx.OneAsync(Select + " where u.email_index = any($1)", Read, ct, Indexes(email));
    }

    /// <summary>Users in order of their ids, which is the order they came in; those after <paramref name="after"/>.</summary>
    internal async Task<List<UserRow>> ListAsync(Guid? after, int limit, CancellationToken ct)
    {
        await EnsureSealedAsync(ct);
        return await db.ListAsync(Select + " where $1::uuid is null or u.id > $1 order by u.id limit $2", Read, ct, after, limit);
    }

    /// <summary>The address as look-ups and logs may keep it: equal for equal addresses, and nothing else.</summary>
    internal byte[] IndexOf(string email) => Index(_indexKeys[0], email);

    /// <summary>The account of this address, made without a password where there is none yet: the same statements either way.</summary>
    internal async Task<UserRow> EnsureAsync(Tx tx, string email, string? displayName, CancellationToken ct)
    {
        await EnsureSealedAsync(ct);
        // The index of before a rotation is brought up to date first, or the insert below would not meet it.
        if (_indexKeys.Count > 1)
            await tx.ExecuteAsync(
                "update auth.users set email_index = $1 where email_index = any($2)",
                ct,
                IndexOf(email),
                Indexes(email).Skip(1).ToList()
            );
        var id = Guid.CreateVersion7();
        var key = await keys.EnsureAsync(tx, id, ct);
        var kept = await tx.OneAsync("""
            insert into auth.users (id, email_index, email_sealed, display_name_sealed, password_hash) values ($1, $2, $3, $4::bytea, '')
            on conflict (email_index) do update set email_index = excluded.email_index returning id
            """, r => r.GetGuid(0), ct, id, IndexOf(email), Email(key, id, email), Name(key, id, displayName));
        await tx.ExecuteAsync("delete from core.user_keys where user_id = $1 and $2", ct, id, kept != id);
        return (await FindByIdAsync(tx, kept, ct))!;
    }

    internal async Task SetDisplayNameAsync(Tx tx, Guid id, string? displayName, CancellationToken ct)
    {
        if (await FindByIdAsync(tx, id, ct) is not { } user) return;
        await tx.ExecuteAsync(
            "update auth.users set display_name_sealed = $2::bytea where id = $1",
            ct,
            id,
            Name(user.Key, id, displayName)
        );
    }

    /// <summary>False when somebody has that address; whoever began to register it without ever answering the mail makes way.</summary>
    internal async Task<bool> SetEmailAsync(Tx tx, UserRow user, string email, CancellationToken ct)
    {
        await tx.ExecuteAsync("""
            with gone as (delete from auth.users where email_index = any($1) and verified_at is null returning id)
            delete from core.user_keys where user_id in (select id from gone)
            """, ct, Indexes(email));
        return await tx.ExecuteAsync(
                """
                update auth.users set email_index = $2, email_sealed = $3
                where id = $1 and not exists (select from auth.users where email_index = any($4))
                """,
                ct,
                user.Id,
                IndexOf(email),
                Email(user.Key, user.Id, email),
                Indexes(email)
            ) == 1;
    }

    internal Task SetPasswordAsync(Tx tx, Guid id, string passwordHash, CancellationToken ct) =>
        tx.ExecuteAsync("update auth.users set password_hash = $2 where id = $1", ct, id, passwordHash);

    /// <summary>False when the address had been verified before; then nothing changes.</summary>
    internal async Task<bool> SetVerifiedAsync(Tx tx, Guid id, DateTimeOffset at, CancellationToken ct) =>
        await tx.ExecuteAsync("update auth.users set verified_at = $2 where id = $1 and verified_at is null", ct, id, at) == 1;

    /// <summary>False for an unknown user. Access tokens already issued stop working: here now, on other hosts within a second.</summary>
    internal Task<bool> SetRolesAsync(Tx tx, Guid id, IReadOnlyList<Role> roles, CancellationToken ct) =>
        ChangeRightsAsync(tx, id, "roles = $2", roles.Select(EnumNames.Of).ToArray(), ct);

    /// <summary>Like <see cref="SetRolesAsync"/>.</summary>
    internal Task<bool> SetTierAsync(Tx tx, Guid id, Tier tier, CancellationToken ct) =>
        ChangeRightsAsync(tx, id, "tier = $2", EnumNames.Of(tier), ct);

    /// <summary>After a new master key: the index of the address made anew.</summary>
    internal async Task ReindexAsync(Tx tx, Guid id, CancellationToken ct)
    {
        if (await FindByIdAsync(tx, id, ct) is { } user)
            await tx.ExecuteAsync("update auth.users set email_index = $2 where id = $1", ct, id, IndexOf(user.Profile.Email));
    }

    /// <summary>
    /// Seals, once per process, what builds before migration 0007 left readable. Every look-up does it first, because until then an address
    /// is not found and its account would be made a second time.
    /// </summary>
    internal async Task EnsureSealedAsync(CancellationToken ct)
    {
        if (_isSealed) return;
        // Without PostgreSQL whoever holds it waits for a timeout: the others must not wait for that one after another.
        if (!await _sealing.WaitAsync(MaxWait, ct)) throw Problems.Busy(MaxWait);
        try
        {
            while (!_isSealed) _isSealed = await SealBatchAsync(ct) == 0;
        }
        finally
        {
            _sealing.Release();
        }
    }

    public void Dispose() => _sealing.Dispose();

    /// <returns>How many users it sealed.</returns>
    private Task<int> SealBatchAsync(CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                var rows = await tx.ListAsync(
                    "select id, email, display_name from auth.users where email is not null order by id limit 200 for update",
                    r => (Id: r.GetGuid(0), Email: r.GetString(1), Name: r.Text(2)),
                    ct
                );
                foreach (var (id, email, name) in rows)
                {
                    var key = await keys.EnsureAsync(tx, id, ct);
                    await tx.ExecuteAsync(
                        """
                        update auth.users set email = null, display_name = null,
                            email_index = $2, email_sealed = $3, display_name_sealed = $4::bytea where id = $1
                        """,
                        ct,
                        id,
                        IndexOf(email),
                        Email(key, id, email),
                        Name(key, id, name)
                    );
                }
                return rows.Count;
            },
            ct
        );

    private async Task<bool> ChangeRightsAsync(Tx tx, Guid id, string assignment, object value, CancellationToken ct)
    {
        var version = await tx.OneAsync(
            $"update auth.users set {assignment}, token_version = token_version + 1 where id = $1 returning token_version",
            r => (int?)r.GetInt32(0),
            ct,
            id,
            value
        );
        if (version is null) return false;
        await revocations.RevokeTokensAsync(tx, id, version.Value, ct);
        return true;
    }

    private List<byte[]> Indexes(string email) => _indexKeys.Select(k => Index(k, email)).ToList();
    private static byte[] Index(byte[] key, string email) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(email));
    private static byte[] Email(UserKey key, Guid id, string email) => key.SealText(Table, "email", id, email);
    private static byte[]? Name(UserKey key, Guid id, string? name) => name is null ? null : key.SealText(Table, "display_name", id, name);

    private UserRow Read(NpgsqlDataReader r)
    {
        var id = r.GetGuid(0);
        var key = keys.Open(id, r.GetFieldValue<byte[]>(9));
        var profile = new UserProfile(
            id,
            key.OpenText(Table, "email", id, r.GetFieldValue<byte[]>(1)),
            r.IsDBNull(2) ? null : key.OpenText(Table, "display_name", id, r.GetFieldValue<byte[]>(2)),
            [.. r.GetFieldValue<string[]>(3).Select(EnumNames.Parse<Role>)],
            EnumNames.Parse<Tier>(r.GetString(4)),
            r.GetBoolean(5),
            r.GetBoolean(10)
        );
        return new UserRow(profile, r.GetString(6), r.Instant(7), r.GetInt32(8), key);
    }
}
