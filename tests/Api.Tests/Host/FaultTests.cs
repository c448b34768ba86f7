using System.Net;
using AgentInvest.LocalHost.Postgres;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>What the host leans on goes away, and comes back.</summary>
public sealed class FaultTests
{
    private const string Transactions = "/v1/portfolio/transactions";

    [Fact]
    public async Task More_bookings_at_once_than_connections_all_complete()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await HostProcess.StartAsync(
            // They wait for each other, not for ever: how long is not the question here.
            database.ConnectionString + ";Maximum Pool Size=8;Timeout=60",
            new Dictionary<string, string> { ["RateLimits__Free"] = "1000000" }
        );
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.RegisterAsync();
        await user.LogInAsync();
        var portfolios = new List<string>();
        for (var i = 0; i < 24; i++)
            portfolios.Add((await user.PostAsync("/v1/portfolios", new { name = $"Books {i}" })).Json.GetProperty("id").GetString()!);
        // Each holds a connection for its key, and needs another to look its portfolio up.
        var replies = await Task.WhenAll(
            portfolios.Select(p =>
                user.PostAsync(
                    $"/v1/portfolio/transactions?portfolioId={p}",
                    new
                    {
                        type = "deposit",
                        amount = 1,
                        executedAt = "2024-01-02T15:00:00Z",
                    },
                    ("Idempotency-Key", p)
                )
            )
        );
        Assert.All(replies, r => Assert.Equal(HttpStatusCode.Created, r.Status));
    }

    [Fact]
    public async Task A_crash_of_PostgreSQL_under_load_loses_no_acknowledged_booking()
    {
        // A server of this test's own: the crash of one backend ends every session of it.
        await using var server = await EmbeddedPostgres.StartAsync(Checkout.Root, HostProcess.NewHome());
        await using var host = await HostProcess.StartAsync(
            server.ConnectionString,
            new Dictionary<string, string> { ["RateLimits__Free"] = "1000000" }
        );
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.RegisterAsync();
        await user.LogInAsync();
        var ids = new System.Collections.Concurrent.ConcurrentDictionary<int, string>();
        var refused = new System.Collections.Concurrent.ConcurrentBag<Reply>();
        using var stop = new CancellationTokenSource();
        var next = 0;
        var load = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                var number = Interlocked.Increment(ref next);
                var reply = await BookAsync(user, number);
                if (reply.Status == HttpStatusCode.Created) ids[number] = reply.Json.GetProperty("id").GetString()!;
                else refused.Add(reply);
            }
        }).ToList();
        await EventuallyAsync(() => ids.Count > 50);
        await CrashABackendAsync(server.ConnectionString);
        var before = ids.Count;
        await EventuallyAsync(() => ids.Count > before + 50);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        Assert.NotEmpty(refused);
        Assert.All(
            refused,
            r => Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy", "2"), (r.Status, r.Code, r.Header("Retry-After")))
        );
        // With its key every booking may be asked for again, whatever became of it.
        for (var number = 1; number <= next; number++)
        {
            var again = await BookAsync(user, number);
            Assert.Equal(HttpStatusCode.Created, again.Status);
            if (ids.TryGetValue(number, out var id)) Assert.Equal(id, again.Json.GetProperty("id").GetString());
        }
        Assert.Equal(next, (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0].GetProperty("quantity").GetInt32());
    }

    [Fact]
    public async Task A_host_without_PostgreSQL_recovers_by_itself()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await HostProcess.StartAsync(database.ConnectionString);
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.RegisterAsync();
        await user.LogInAsync();
        await database.AllowConnectionsAsync(false);
        var refused = await user.GetAsync("/v1/portfolio");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy"), (refused.Status, refused.Code));
        Assert.DoesNotContain("connection", refused.Text, StringComparison.OrdinalIgnoreCase);
        var health = await user.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unready"), (health.Status, health.Json.GetProperty("status").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/market/stocks/AAPL")).Status);
        await database.AllowConnectionsAsync(true);
        await EventuallyAsync(async () => (await user.GetAsync("/health/ready")).Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Created, (await BookAsync(user, 1)).Status);
    }

    [RedisFact]
    public async Task Answers_are_the_same_without_Redis()
    {
        using var redis = new RedisServer();
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await HostProcess.StartAsync(
            database.ConnectionString,
            new Dictionary<string, string> { ["ConnectionStrings__Redis"] = redis.ConnectionString, ["RateLimits__Free"] = "1000000" }
        );
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.RegisterAsync();
        await user.LogInAsync();
        await BookAsync(user, 1);
        const string History = "/v1/market/stocks/AAPL/history?from=2020-01-01&to=2020-12-31";
        var history = await user.GetAsync(History);
        Assert.Equal("ready", (await user.GetAsync("/health/ready")).Json.GetProperty("status").GetString());

        redis.Kill();
        Assert.Equal(history.Text, (await user.GetAsync(History)).Text);
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync(History.Replace("2020", "2021", StringComparison.Ordinal))).Status);
        Assert.Equal(HttpStatusCode.Created, (await BookAsync(user, 2)).Status);
        Assert.Equal(2, (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0].GetProperty("quantity").GetInt32());
        await EventuallyAsync(async () =>
            (await user.GetAsync("/health/ready")) is { Status: HttpStatusCode.OK } r
            && r.Json.GetProperty("status").GetString() == "degraded"
        );

        redis.Start();
        await EventuallyAsync(async () => (await user.GetAsync("/health/ready")).Json.GetProperty("status").GetString() == "ready");
    }

    private static Task<Reply> BookAsync(TestUser user, int number) =>
        user.PostAsync(
            Transactions,
            new
            {
                type = "buy",
                symbol = "BTC-USD",
                quantity = 1,
                price = number,
                executedAt = "2024-01-02T15:00:00Z",
            },
            ("Idempotency-Key", $"booking {number}")
        );

    private static async Task CrashABackendAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        using var backend = System.Diagnostics.Process.GetProcessById(connection.ProcessID);
        backend.Kill();
    }

    private static Task EventuallyAsync(Func<bool> condition) => EventuallyAsync(() => Task.FromResult(condition()));

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 600, "Not within 30 s.");
            await Task.Delay(50);
        }
    }
}
