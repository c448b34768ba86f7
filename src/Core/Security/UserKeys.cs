using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Data;

namespace AgentInvest.Core.Security;

/// <summary>
/// One user's own key: seals what is personal, AES-256-GCM with table, column and row authenticated, so that no value can be moved to
/// another place.
/// </summary>
public sealed class UserKey
{
    private readonly byte[] _key;

    internal UserKey(byte[] key) => _key = key;

    public byte[] Seal(string table, string column, object row, ReadOnlySpan<byte> plain) =>
        MasterKey.Seal(_key, Place(table, column, row), plain);
    public byte[] Open(string table, string column, object row, ReadOnlySpan<byte> sealedBytes) =>
        MasterKey.Open(_key, Place(table, column, row), sealedBytes);
    public byte[] SealText(string table, string column, object row, string text) => Seal(table, column, row, Encoding.UTF8.GetBytes(text));
    public string OpenText(string table, string column, object row, ReadOnlySpan<byte> sealedBytes) =>
        Encoding.UTF8.GetString(Open(table, column, row, sealedBytes));

    /// <summary>A keyed hash for look-ups among one user's rows.</summary>
    public byte[] Mac(string purpose, string text) =>
        HMACSHA256.HashData(
            HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: Encoding.UTF8.GetBytes(purpose)),
            Encoding.UTF8.GetBytes(text)
        );

    private static string Place(string table, string column, object row) => $"{table}/{column}/{row}";
}

/// <summary>The users' keys, in <c>core.user_keys</c>, each wrapped by the master key for its user alone.</summary>
[Singleton]
public sealed class UserKeys(Db db, MasterKey master)
{
    private const int Batch = 500;

    public UserKey Open(Guid user, ReadOnlySpan<byte> wrapped) => new(master.Unprotect(Purpose(user), wrapped));

    /// <summary>The user's key, made where there is none yet; the same statement either way.</summary>
    public async Task<UserKey> EnsureAsync(Tx tx, Guid user, CancellationToken ct)
    {
        var wrapped = await tx.OneAsync("""
            insert into core.user_keys as k (user_id, master_key, wrapped) values ($1, $2, $3)
            on conflict (user_id) do update set master_key = k.master_key returning wrapped
            """, r => r.GetFieldValue<byte[]>(0), ct, user, master.Id, master.Protect(Purpose(user), RandomNumberGenerator.GetBytes(32)));
        return Open(user, wrapped!);
    }

    /// <summary>From here on nothing that was sealed for the user opens, in no backup of other tables either.</summary>
    public static Task DestroyAsync(Tx tx, Guid user, CancellationToken ct) =>
        tx.ExecuteAsync("delete from core.user_keys where user_id = $1", ct, user);

    /// <summary>
    /// Wraps anew, with the current master key, keys that a previous one wrapped; <paramref name="also"/> does in the same transaction what
    /// else hangs on it.
    /// </summary>
    public async Task RewrapAsync(Func<Tx, Guid, Task> also, CancellationToken ct)
    {
        int found;
        do
        {
            found = await db.InTransactionAsync(
                async tx =>
                {
                    var rows = await tx.ListAsync(
                        "select user_id, wrapped from core.user_keys where master_key <> $1 limit $2 for update skip locked",
                        r => (User: r.GetGuid(0), Wrapped: r.GetFieldValue<byte[]>(1)),
                        ct,
                        master.Id,
                        Batch
                    );
                    foreach (var (user, wrapped) in rows)
                    {
                        await tx.ExecuteAsync(
                            "update core.user_keys set master_key = $2, wrapped = $3 where user_id = $1",
                            ct,
                            user,
                            master.Id,
                            master.Protect(Purpose(user), master.Unprotect(Purpose(user), wrapped))
                        );
                        await also(tx, user);
                    }
                    return rows.Count;
                },
                ct
            );
        }
        while (found > 0);
    }

    private static string Purpose(Guid user) => "user-key/" + user;
}
