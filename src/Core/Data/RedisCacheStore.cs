using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;

namespace AgentInvest.Core.Data;

/// <summary>The second level of <see cref="Cache"/>. Redis away is a value not found, and a value not kept.</summary>
internal sealed class RedisCacheStore(RedisBreaker redis) : IDistributedCache
{
    private const string Prefix = "agentinvest:cache:";

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        await redis.TryAsync(db => db.StringGetAsync(Prefix + key), token) is (true, { HasValue: true } value) ? (byte[]?)value : null;

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        await redis.TryAsync(db => db.StringSetAsync(Prefix + key, value, options.AbsoluteExpirationRelativeToNow, When.Always), token);

    public async Task RemoveAsync(string key, CancellationToken token = default) =>
        await redis.TryAsync(db => db.KeyDeleteAsync(Prefix + key), token);

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();
}
