using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace AgentInvest.Auth.Passkeys;

/// <summary>
/// What the shared framework's passkey handler asks of its user manager: who is behind an id or a credential, and what their public keys
/// are. It only reads here; what it answers is written by the use cases.
/// </summary>
[Singleton]
internal sealed class PasskeyStore(Db db, Users users) : IUserPasskeyStore<UserRow>
{
    private const string Columns = "credential_id, public_key, created_at, sign_count, transports, backup_eligible, backed_up, name";

    public async Task<UserRow?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out var id) ? await users.FindByIdAsync(id, cancellationToken) : null;

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(UserRow user, CancellationToken cancellationToken) =>
        await db.ListAsync($"select {Columns} from auth.passkeys where user_id = $1 order by id", Read, cancellationToken, user.Id);

    public Task<UserPasskeyInfo?> FindPasskeyAsync(UserRow user, byte[] credentialId, CancellationToken cancellationToken) =>
        db.OneAsync(
            $"select {Columns} from auth.passkeys where credential_id = $1 and user_id = $2",
            Read,
            cancellationToken,
            credentialId,
            user.Id
        );

    public async Task<UserRow?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var id = await db.OneAsync(
            "select user_id from auth.passkeys where credential_id = $1",
            r => (Guid?)r.GetGuid(0),
            cancellationToken,
            credentialId
        );
        return id is null ? null : await users.FindByIdAsync(id.Value, cancellationToken);
    }

    public Task<string> GetUserIdAsync(UserRow user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(UserRow user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Profile.Email);

    public void Dispose() { }

    private static UserPasskeyInfo Read(NpgsqlDataReader r) =>
        new(
            r.GetFieldValue<byte[]>(0),
            r.GetFieldValue<byte[]>(1),
            r.Instant(2),
            (uint)r.GetInt64(3),
            r.GetFieldValue<string[]>(4),
            true,
            r.GetBoolean(5),
            r.GetBoolean(6),
            [],
            []
        )
        {
            Name = r.GetString(7),
        };

    // The handler calls none of these.
    public Task AddOrUpdatePasskeyAsync(UserRow user, UserPasskeyInfo passkey, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
    public Task RemovePasskeyAsync(UserRow user, byte[] credentialId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
    public Task SetUserNameAsync(UserRow user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<string?> GetNormalizedUserNameAsync(UserRow user, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task SetNormalizedUserNameAsync(UserRow user, string? normalizedName, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
    public Task<IdentityResult> CreateAsync(UserRow user, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<IdentityResult> UpdateAsync(UserRow user, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<IdentityResult> DeleteAsync(UserRow user, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<UserRow?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
