using System.Collections.Concurrent;
using System.Globalization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AgentInvest.Core.Http;

/// <summary>Requests per minute; each is also the size of its token bucket.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Per IP without a sign-in. Default 60.</summary>
    public int Anonymous { get; set; } = 60;

    /// <summary>Per user of the tier free. Default 100.</summary>
    public int Free { get; set; } = 100;

    /// <summary>Per user of the tier premium. Default 1000.</summary>
    public int Premium { get; set; } = 1000;

    /// <summary>Per IP on each of the three sign-in routes. Default 10.</summary>
    public int Login { get; set; } = 10;

    /// <summary>
    /// Before authentication an address may make as many calls as this many premium users: it bounds the work that bad tokens can cause.
    /// </summary>
    internal int Guard => (int)Math.Min(int.MaxValue, Math.Max(Math.Max((long)Premium, Free), Math.Max(Anonymous, Login)) * 4L);
}

/// <summary>
/// Token buckets: a guard per IP, then the user's, or the address's where nobody is signed in. The guard bounds the work that one address
/// causes on one host, so it is each host's own. The others are shared through Redis where there is one; while it is away each host keeps
/// its own at half the rate: never open, never down. A single host without Redis has the whole rate. The three sign-in routes count by IP;
/// a bucket per account and source beside it, drawn from at the same calls and of the same size, could never be the emptier one, so there
/// is none: what it is for, guessing one account, the pauses of failures do.
/// </summary>
public sealed class RateLimits(IOptions<RateLimitOptions> options, TimeProvider time, RedisBreaker? redis = null)
{
    private const int SweepAt = 100_000;
    private readonly RateLimitOptions _options = options.Value;
    private readonly ConcurrentDictionary<(string Kind, string Key), Bucket> _buckets = new();
    private readonly RedisBuckets? _shared = redis is null ? null : new RedisBuckets(redis);

    /// <summary>Draws from the address's guard; 429 when it is empty.</summary>
    internal void Guard(HttpContext http, string ip)
    {
        var (ok, _, wait) = Take("guard", ip, _options.Guard, 1);
        if (ok) return;
        Write(http, _options.Guard, 0, wait);
        throw Problems.RateLimited(wait);
    }

    /// <summary>Draws from the caller's bucket and writes its figures; 429 when it is empty.</summary>
    internal ValueTask ChargeAsync(HttpContext http, EndpointPolicy policy, CurrentUser? user, string ip)
    {
        var (kind, key, limit) = policy.Bucket is { } bucket ? (bucket, ip, _options.Login)
            : user is null ? ("anonymous", ip, _options.Anonymous)
            : ("user", user.Id.ToString(), user.Tier == "premium" ? _options.Premium : _options.Free);
        if (_shared is not null) return ChargeSharedAsync(http, kind, key, limit);
        Charge(http, kind, key, limit);
        return ValueTask.CompletedTask;
    }

    private async ValueTask ChargeSharedAsync(HttpContext http, string kind, string key, int limit)
    {
        if (await _shared!.TakeAsync(kind, key, limit, 1) is not { } taken)
        {
            Charge(http, kind + "/alone", key, Math.Max(1, limit / 2));
            return;
        }
        var wait = TimeSpan.FromMinutes((1 - taken.Tokens) / limit);
        Write(http, limit, taken.Ok ? taken.Tokens : 0, taken.Ok ? ToFull(limit, taken.Tokens) : wait);
        if (!taken.Ok) throw Problems.RateLimited(wait);
    }

    private void Charge(HttpContext http, string kind, string key, int limit)
    {
        var (ok, left, wait) = Take(kind, key, limit, 1);
        Write(http, limit, left, ok ? ToFull(limit, left) : wait);
        if (!ok) throw Problems.RateLimited(wait);
    }

    /// <summary>Writes the anonymous bucket's figures without drawing from it, for what is exempt.</summary>
    internal void Show(HttpContext http, string ip)
    {
        var (_, left, _) = Take("anonymous", ip, _options.Anonymous, 0);
        Write(http, _options.Anonymous, left, ToFull(_options.Anonymous, left));
    }

    private static TimeSpan ToFull(int limit, double left) => TimeSpan.FromMinutes((limit - left) / limit);

    private (bool Ok, double Left, TimeSpan Wait) Take(string kind, string key, int limit, int tokens)
    {
        if (_buckets.Count > SweepAt) Sweep();
        return _buckets
            .GetOrAdd((kind, key), static (_, a) => new Bucket(a.limit, a.now), (limit, now: time.GetTimestamp()))
            .Take(limit, tokens, time);
    }

    /// <summary>A bucket untouched for a minute is full again: forgetting it changes nothing.</summary>
    private void Sweep()
    {
        foreach (var (key, bucket) in _buckets)
            if (time.GetElapsedTime(bucket.LastTouched) > TimeSpan.FromMinutes(1)) _buckets.TryRemove(key, out _);
    }

    private static void Write(HttpContext http, int limit, double left, TimeSpan reset)
    {
        var headers = http.Response.Headers;
        headers["RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = ((int)left).ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = ((int)Math.Ceiling(reset.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Bucket(double tokens, long at)
    {
        private readonly Lock _lock = new();
        private double _tokens = tokens;
        private long _at = at;

        public long LastTouched => Volatile.Read(ref _at);

        public (bool Ok, double Left, TimeSpan Wait) Take(int limit, int tokens, TimeProvider time)
        {
            lock (_lock)
            {
                var now = time.GetTimestamp();
                _tokens = Math.Min(limit, _tokens + time.GetElapsedTime(_at, now).TotalMinutes * limit);
                _at = now;
                if (_tokens < tokens) return (false, 0, TimeSpan.FromMinutes((tokens - _tokens) / limit));
                _tokens -= tokens;
                return (true, _tokens, TimeSpan.Zero);
            }
        }
    }
}
