using AgentInvest.Core.Data;
using StackExchange.Redis;

namespace AgentInvest.Core.Http;

/// <summary>
/// Token buckets that all hosts share, each draw one atomic step in Redis by Redis's own clock. The answer is null while Redis does not
/// answer.
/// </summary>
internal sealed class RedisBuckets(RedisBreaker redis)
{
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

    public async ValueTask<(bool Ok, double Tokens)?> TakeAsync(string kind, string key, int limit, int tokens)
    {
        var (ok, answer) = await redis.TryAsync(db =>
            db.ScriptEvaluateAsync(Script, [$"agentinvest:limit:{kind}:{key}"], [limit, tokens])
        );
        if (!ok) return null;
        var values = (RedisResult[])answer!;
        return ((int)values![0] == 1, double.Parse((string)values[1]!, System.Globalization.CultureInfo.InvariantCulture));
    }
}
