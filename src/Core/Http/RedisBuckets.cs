using StackExchange.Redis;

namespace AgentInvest.Core.Http;

/// <summary>
/// Token buckets that all hosts share, each draw one atomic step in Redis by Redis's own clock. Away, or slower than a second: the answer
/// is null, and from then on one caller a second asks whether it is back.
/// </summary>
internal sealed class RedisBuckets(IConnectionMultiplexer redis, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>A bucket untouched for a minute is full again, so it may go.</summary>
    private const string Script = """
        local limit, want = tonumber(ARGV[1]), tonumber(ARGV[2])
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
        local tokens = limit
        if kept[1] then tokens = math.min(limit, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * limit / 60000) end
        local ok = 0
        if tokens >= want then tokens = tokens - want; ok = 1 end
        redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
        redis.call('PEXPIRE', KEYS[1], 61000)
        return {ok, tostring(tokens)}
        """;

    /// <summary>When to ask again; 0 while Redis answers.</summary>
    private long _askAgainAt;

    public async ValueTask<(bool Ok, double Tokens)?> TakeAsync(string kind, string key, int limit, int tokens)
    {
        // One caller tries whether it is back; the others do not wait for that.
        if (
            Volatile.Read(ref _askAgainAt) is var due and not 0
            && (time.GetTimestamp() < due || Interlocked.CompareExchange(ref _askAgainAt, Later(), due) != due)
        )
            return null;
        try
        {
            var answer = (RedisResult[])
                (
                    await redis
                        .GetDatabase()
                        .ScriptEvaluateAsync(Script, [$"agentinvest:limit:{kind}:{key}"], [limit, tokens])
                        .WaitAsync(Patience)
                )!;
            Volatile.Write(ref _askAgainAt, 0);
            return ((int)answer[0] == 1, double.Parse((string)answer[1]!, System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            Volatile.Write(ref _askAgainAt, Later());
            return null;
        }
    }

    private long Later() => time.GetTimestamp() + (long)(AskAgainAfter.TotalSeconds * time.TimestampFrequency);
}
