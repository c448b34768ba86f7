using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Core.Security;

/// <summary>
/// Finds the owner of an API key. A row that was read is used for half a second: so a deleted key, and what its owner has lost meanwhile
/// (roles, tier, the account), stops here at once where this host did it and elsewhere within that time, without any message between hosts.
/// </summary>
[Singleton]
public sealed class ApiKeyVerifier(Db db, MasterKey master, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastUsedPrecision = TimeSpan.FromMinutes(1);
    private const int MaxCached = 10_000;
    private readonly IReadOnlyList<byte[]> _hashKeys = master.DeriveAll("api-keys");
    private readonly ConcurrentDictionary<string, CachedKey> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, bool> _revoked = new();

    private sealed record CachedKey(
        Guid Id,
        CurrentUser Owner,
        IReadOnlyList<IPNetwork>? Networks,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? LastUsedAt,
        long ReadAt
    );

    /// <summary>Keyed, so that with a stolen table keys can be neither found nor tried.</summary>
    public byte[] HashOf(string key) => HashOf(_hashKeys[0], key);

    /// <exception cref="ProblemException">401 for an unknown, expired or deleted key, and for one used from elsewhere than its networks:
    /// all alike.</exception>
    public async ValueTask<CurrentUser> VerifyAsync(string key, IPAddress caller, CancellationToken ct)
    {
        if (!ApiKey.IsWellFormed(key)) throw Refused();
        var hash = HashOf(key);
        var name = Convert.ToHexString(hash);
        if (!_cache.TryGetValue(name, out var known) || time.GetElapsedTime(known.ReadAt) > MaxAge)
        {
            known = await ReadAsync(_hashKeys.Select(k => HashOf(k, key)).ToList(), ct);
            if (known is null)
            {
                _cache.TryRemove(name, out _);
                throw Refused();
            }
            if (_cache.Count >= MaxCached) _cache.Clear();
            _cache[name] = known;
        }
        if (
            _revoked.ContainsKey(known.Id)
            || _revoked.ContainsKey(known.Owner.Id)
            || known.ExpiresAt <= time.GetUtcNow()
            || known.Networks?.Any(n => n.Contains(caller)) == false
        )
            throw Refused();
        return known.Owner;
    }

    /// <summary>
    /// Revokes a key on this host now, or with a user's id all of theirs; call it once the deletion is committed. Ids are never used again,
    /// so they stay revoked.
    /// </summary>
    public void Revoke(Guid keyOrOwner) => _revoked[keyOrOwner] = true;

    /// <summary>After a change of the owner's rights: they are read again on the next use of a key.</summary>
    public void Invalidate(Guid owner)
    {
        foreach (var (name, known) in _cache)
            if (known.Owner.Id == owner) _cache.TryRemove(name, out _);
    }

    private async Task<CachedKey?> ReadAsync(List<byte[]> hashes, CancellationToken ct)
    {
        var readAt = time.GetTimestamp();
        var known = await db.OneAsync(
            """
            select k.id, k.user_id, k.scopes, k.networks, k.expires_at, k.last_used_at, array_remove(u.roles, 'admin'), u.tier
            from auth.api_keys k join auth.users u on u.id = k.user_id where k.key_hash = any($1) and u.verified_at is not null
            """,
            r => new CachedKey(
                r.GetGuid(0),
                new CurrentUser(r.GetGuid(1), Guid.Empty, r.GetFieldValue<string[]>(6), r.GetString(7), r.GetFieldValue<string[]>(2))
                {
                    KeyId = r.GetGuid(0),
                },
                r.IsDBNull(3) ? null : r.GetFieldValue<string[]>(3).Select(n => IPNetwork.Parse(n)).ToList(),
                r.Nullable<DateTimeOffset>(4),
                r.Nullable<DateTimeOffset>(5),
                readAt
            ),
            ct,
            hashes
        );
        var now = time.GetUtcNow();
        if (known is not null && !(now - known.LastUsedAt < LastUsedPrecision))
            // After a rotation this brings the key under the new master key, so that what is in use outlives the old one.
            await db.ExecuteAsync("update auth.api_keys set last_used_at = $2, key_hash = $3 where id = $1", ct, known.Id, now, hashes[0]);
        return known;
    }

    private static byte[] HashOf(byte[] hashKey, string key) => HMACSHA256.HashData(hashKey, Encoding.ASCII.GetBytes(key));

    private static ProblemException Refused() => Problems.Unauthenticated("The API key is not known.");
}
