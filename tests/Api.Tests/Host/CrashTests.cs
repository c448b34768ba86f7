using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>Processes that are killed with SIGKILL, and two of them on one database.</summary>
public sealed class CrashTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task Bookings_acknowledged_before_a_kill_are_there_exactly_once()
    {
        var home = HostProcess.NewHome();
        var settings = new Dictionary<string, string> { ["RateLimits__Free"] = "1000000", ["RateLimits__Anonymous"] = "1000000" };
        var acknowledged = new System.Collections.Concurrent.ConcurrentDictionary<int, string>();
        var first = await HostProcess.StartAsync(null, settings, home);
        var user = new TestUser(first.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.RegisterAsync();
        await user.LogInAsync();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                while (acknowledged.Count < 200)
                {
                    var number = Interlocked.Increment(ref next);
                    var reply = await BookAsync(user, number);
                    Assert.Equal(HttpStatusCode.Created, reply.Status);
                    acknowledged[number] = reply.Json.GetProperty("id").GetString()!;
                }
                first.Kill9();
            }
            catch (HttpRequestException)
            {
                // The host died under this one: whether it was booked is not known, which is what the key is for.
            }
        }));
        Assert.True(acknowledged.Count >= 200);

        // The PostgreSQL it left behind is adopted; the session is good on.
        await using var second = await HostProcess.StartAsync(null, settings, home, first.Url.Port);
        var kept = await NotesAsync(user);
        Assert.All(acknowledged, a => Assert.Equal(a.Value, Assert.Single(kept, k => k.Note == $"{a.Key}").Id));
        for (var number = 1; number <= next; number++)
        {
            var again = await BookAsync(user, number);
            Assert.Equal(HttpStatusCode.Created, again.Status);
            if (acknowledged.TryGetValue(number, out var id))
                Assert.Equal((id, "true"), (again.Json.GetProperty("id").GetString(), again.Header("Idempotency-Replayed")));
        }
        Assert.Equal(
            Enumerable.Range(1, next),
            (await NotesAsync(user)).Select(n => int.Parse(n.Note, System.Globalization.CultureInfo.InvariantCulture)).Order()
        );
        Assert.Equal(next, (await user.GetAsync("/v1/portfolio")).Json.GetProperty("holdings")[0].GetProperty("quantity").GetInt32());
    }

    [Fact]
    public async Task An_orchestration_killed_five_times_has_each_effect_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, SampleHost.Tables);
        var host = await StartSampleAsync(database, 2);
        (await Http.PostAsync(new Uri(host.Url, "steps/fifty/50"), null)).EnsureSuccessStatusCode();
        for (var kill = 1; kill <= 5; kill++)
        {
            await EventuallyAsync(async () => await CountAsync(database, "select count(*) from effects") >= kill * 8);
            host.Kill9();
            host = await StartSampleAsync(database, 2);
        }
        await using var last = host;
        JsonElement state = default;
        await EventuallyAsync(async () =>
            (state = await Http.GetFromJsonAsync<JsonElement>(new Uri(last.Url, "steps/fifty"))).GetProperty("status").GetString()
            != "Running"
        );
        Assert.Equal(
            ("Completed", $"{Enumerable.Range(0, 50).Sum()}"),
            (state.GetProperty("status").GetString(), state.GetProperty("output").GetString())
        );
        Assert.Equal(50, await CountAsync(database, "select count(*) from effects"));
        // What had completed is not run again: at most what was in the air at each kill is.
        Assert.InRange(await CountAsync(database, "select count(*) from attempts"), 50, 50 + 5 * 8);
        Assert.Equal(50, await CountAsync(database, "select count(*) from runtime.history where kind = 'TaskCompleted'"));
    }

    [Fact]
    public async Task Two_hosts_on_one_database_run_everything_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, SampleHost.Tables);
        // So long that none runs out however busy the machine is: with both alive, once is once.
        var hosts = await Task.WhenAll(StartSampleAsync(database, 60), StartSampleAsync(database, 60));
        for (var i = 0; i < 20; i++) (await Http.PostAsync(new Uri(hosts[i % 2].Url, $"steps/run{i}/10"), null)).EnsureSuccessStatusCode();
        await EventuallyAsync(async () =>
            await CountAsync(database, "select count(*) from runtime.instances where status = 'Completed'") == 20
        );
        Assert.Equal(200, await CountAsync(database, "select count(*) from attempts"));
        Assert.Equal(200, await CountAsync(database, "select count(*) from effects"));
        Assert.Equal(2, await CountAsync(database, "select count(distinct process) from attempts"));

        await EventuallyAsync(async () => await CountAsync(database, "select count(*) from ticks") >= 4);
        hosts[0].Kill9();
        await EventuallyAsync(async () => await CountAsync(database, "select count(distinct occurrence) from ticks") >= 7);
        Assert.Equal(
            await CountAsync(database, "select count(distinct occurrence) from ticks"),
            await CountAsync(database, "select count(*) from ticks")
        );
        Assert.Equal(
            0,
            await CountAsync(
                database,
                """
                select count(*) from (select occurrence - lag(occurrence) over (order by occurrence) as gap from ticks) g
                where gap < interval '900 milliseconds'
                """
            )
        );
        await hosts[1].StopAsync();
    }

    /// <param name="lease">Seconds after which another host takes over what a silent one has begun.</param>
    private static Task<HostProcess> StartSampleAsync(TestDatabase database, int lease) =>
        HostProcess.StartAsync(
            database.ConnectionString,
            new Dictionary<string, string> { ["Lease"] = $"{lease}" },
            program: SampleHost.Program
        );

    private static Task<Reply> BookAsync(TestUser user, int number) =>
        user.PostAsync(
            "/v1/portfolio/transactions",
            new
            {
                type = "buy",
                symbol = "BTC-USD",
                quantity = 1,
                price = number,
                executedAt = "2024-01-02T15:00:00Z",
                note = $"{number}",
            },
            ("Idempotency-Key", $"booking {number}")
        );

    private static async Task<List<(string Id, string Note)>> NotesAsync(TestUser user)
    {
        var all = new List<(string, string)>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await user.GetAsync("/v1/portfolio/transactions?limit=200" + (cursor.Length > 0 ? "&cursor=" + cursor : ""))).Json;
            all.AddRange(
                page.GetProperty("items")
                    .EnumerateArray()
                    .Select(t => (t.GetProperty("id").GetString()!, t.GetProperty("note").GetString()!))
            );
            cursor = page.GetProperty("nextCursor").GetString();
        }
        return all;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 600, "Not within 30 s.");
            await Task.Delay(50);
        }
    }

    private static async Task<long> CountAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
