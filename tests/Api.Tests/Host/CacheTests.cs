using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Api.Tests;

/// <summary>The cache as every app registers it, with a real Redis.</summary>
public sealed class CacheTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private sealed record Value(decimal Price, DateOnly Day);

    /// <summary>An app's own container: another one is another host.</summary>
    private static ServiceProvider Host(RedisServer? redis) =>
        new ServiceCollection()
            .AddLogging()
            .AddCore(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:Redis"] = redis?.ConnectionString })
                    .Build()
            )
            .BuildServiceProvider();

    private static ValueTask<T> GetAsync<T>(ServiceProvider host, string key, Func<T> create, string name = "test") =>
        host.GetRequiredService<Cache>().GetAsync(name, key, Minute, _ => ValueTask.FromResult(create()), CancellationToken.None);

    [Fact]
    public async Task Concurrent_requests_for_one_key_work_it_out_once()
    {
        await using var host = Host(null);
        var cache = host.GetRequiredService<Cache>();
        var count = 0;
        var values = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(_ =>
                    Task.Run(async () =>
                        await cache.GetAsync(
                            "test",
                            "key",
                            Minute,
                            async token =>
                            {
                                await Task.Delay(100, token);
                                return Interlocked.Increment(ref count);
                            },
                            CancellationToken.None
                        )
                    )
                )
        );
        Assert.All(values, v => Assert.Equal(1, v));
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        await using var host = Host(null);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await GetAsync<int>(host, "key", () => throw new InvalidOperationException())
        );
        Assert.Equal(1, await GetAsync(host, "key", () => 1));
    }

    [Fact]
    public async Task What_is_in_process_is_handed_out_without_a_copy()
    {
        await using var host = Host(null);
        var value = await GetAsync(host, "key", () => new Value(1, default));
        Assert.Same(value, await GetAsync(host, "key", () => new Value(2, default)));
    }

    [Fact]
    public async Task Hits_are_counted_apart_from_misses()
    {
        var counted = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "AgentInvest.Cache") l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var words = tags.ToArray().ToDictionary(t => t.Key, t => (string)t.Value!);
            if (words["cache"] != "counted") return;
            lock (counted) counted[words["outcome"]] = counted.GetValueOrDefault(words["outcome"]) + count;
        });
        listener.Start();
        await using var host = Host(null);
        for (var i = 0; i < 3; i++) await GetAsync(host, "key", () => 1, "counted");
        Assert.Equal(new Dictionary<string, long> { ["miss"] = 1, ["hit"] = 2 }, counted);
    }

    [RedisFact]
    public async Task Another_host_finds_in_Redis_what_one_has_worked_out()
    {
        using var redis = new RedisServer();
        await using var first = Host(redis);
        await using var second = Host(redis);
        var value = new Value(1.2345678901m, new DateOnly(2026, 1, 2));
        await GetAsync(first, "key", () => value);
        await WrittenAsync(redis);
        Assert.Equal(value, await GetAsync(second, "key", () => new Value(0, default)));
    }

    [RedisFact]
    public async Task Redis_killed_in_between_costs_no_answer()
    {
        using var redis = new RedisServer();
        await using var host = Host(redis);
        Assert.Equal(1, await GetAsync(host, "before", () => 1));
        redis.Kill();
        Assert.Equal(1, await GetAsync(host, "before", () => 2));
        for (var i = 0; i < 50; i++) Assert.Equal(i, await GetAsync(host, $"after {i}", () => i));
    }

    [RedisFact]
    public async Task A_Redis_that_stands_still_is_waited_for_once()
    {
        using var redis = new RedisServer();
        await using var host = Host(redis);
        await GetAsync(host, "before", () => 1);
        // It reads no command of any connection for that long.
        Assert.Equal("+OK", await SendAsync(redis, "CLIENT PAUSE 30000 ALL"));
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < 30; i++) Assert.Equal(i, await GetAsync(host, $"after {i}", () => i));
        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5));
    }

    [RedisFact]
    public async Task A_Redis_that_is_back_is_used_again()
    {
        using var redis = new RedisServer();
        await using var host = Host(redis);
        redis.Kill();
        await GetAsync(host, "while away", () => 1);
        redis.Start();
        for (var i = 0; await SendAsync(redis, "DBSIZE") == ":0"; i++)
        {
            Assert.True(i < 300, "Not within 30 s.");
            await GetAsync(host, $"back {i}", () => i);
            await Task.Delay(100);
        }
    }

    /// <summary>Redis is written in the background.</summary>
    private static async Task WrittenAsync(RedisServer redis)
    {
        for (var i = 0; await SendAsync(redis, "DBSIZE") == ":0"; i++)
        {
            Assert.True(i < 300, "Not within 30 s.");
            await Task.Delay(100);
        }
    }

    private static async Task<string> SendAsync(RedisServer redis, string command)
    {
        using var client = new TcpClient("127.0.0.1", redis.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(stream);
        return (await reader.ReadLineAsync())!;
    }
}
