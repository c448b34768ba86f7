using System.Net;

namespace AgentInvest.Api.Tests;

/// <summary>Limits shared through Redis, and without it.</summary>
public sealed class AuthLimitTests
{
    [RedisFact]
    public async Task Hosts_share_a_bucket_through_Redis()
    {
        using var redis = new RedisServer();
        await using var first = await OwnHost.StartAsync(new RedisHost(redis));
        await using var second = await OwnHost.StartAsync(new RedisHost(redis) { SharedDatabase = first.Host.ConnectionString });
        async Task<List<Reply>> CallAsync(int count) =>
            (
                await Task.WhenAll(
                    Enumerable
                        .Range(0, count)
                        .Select(i => new TestUser(i % 2 == 0 ? first.Host.Url : second.Host.Url, "", "").GetAsync("/v1/market/stocks/AAPL"))
                )
            ).ToList();

        // Emptied by one step that is atomic: sixty at once let through what the bucket holds, and what drips in meanwhile.
        await AuthDataTests.EventuallyAsync(async () => (await CallAsync(2)).TrueForAll(r => r.Header("RateLimit-Limit") == "20"));
        var replies = await CallAsync(60);
        var shared = replies.Where(r => r.Header("RateLimit-Limit") == "20").ToList();
        Assert.InRange(shared.Count, 40, 60); // a machine so busy that Redis takes a second to answer counts as one without
        Assert.InRange(shared.Count(r => r.Status == HttpStatusCode.OK), 1, 24);
        Assert.All(
            replies.Where(r => r.Status != HttpStatusCode.OK),
            r => Assert.Equal(("rate_limited", "0", true), (r.Code, r.Header("RateLimit-Remaining"), r.Header("Retry-After") is not null))
        );

        redis.Kill();
        await CallAsync(2);
        replies = await CallAsync(60);
        // Never open, never down: ten for each host.
        Assert.InRange(replies.Count(r => r.Status == HttpStatusCode.OK), 1, 24);
        Assert.All(replies, r => Assert.Equal("10", r.Header("RateLimit-Limit")));
        Assert.All(replies.Where(r => r.Status != HttpStatusCode.OK), r => Assert.Equal("rate_limited", r.Code));

        redis.Start();
        await AuthDataTests.EventuallyAsync(async () => (await CallAsync(2)).TrueForAll(r => r.Header("RateLimit-Limit") == "20"));
    }

    private sealed class RedisHost(RedisServer redis) : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["ConnectionStrings:Redis"] = redis.ConnectionString, ["RateLimits:Anonymous"] = "20" };
    }
}
