using System.Net;

namespace AgentInvest.Api.Tests;

/// <summary>Hosts killed with SIGKILL in the middle of what must happen wholly or not at all.</summary>
public sealed class AuthCrashTests
{
    [Fact]
    public async Task Nobody_is_logged_out_by_a_host_that_dies_during_refreshes()
    {
        await using var run = await Run.StartAsync();
        var user = await run.SignUpAsync();
        var held = user.RefreshToken;
        for (var kill = 0; kill < 3; kill++)
        {
            var refreshing = Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        var reply = await user.PostAsync("/v1/auth/refresh", new { refreshToken = held });
                        Assert.Equal(HttpStatusCode.OK, reply.Status);
                        held = reply.Json.GetProperty("refreshToken").GetString()!;
                    }
                }
                catch (HttpRequestException)
                {
                    // The host died under it: whether the last rotation was committed is not known.
                }
            });
            await Task.Delay(300);
            run.Host.Kill9();
            await refreshing;
            await run.RestartAsync();
            var after = await user.PostAsync("/v1/auth/refresh", new { refreshToken = held });
            Assert.Equal(HttpStatusCode.OK, after.Status);
            held = after.Json.GetProperty("refreshToken").GetString()!;
        }
    }

    [Fact]
    public async Task A_reset_cut_short_has_happened_wholly_or_not_at_all()
    {
        await using var run = await Run.StartAsync();
        for (var kill = 0; kill < 3; kill++)
        {
            var user = await run.SignUpAsync();
            await user.PostAsync("/v1/auth/forgot-password", new { email = user.Email });
            var token = (await user.LatestMailAsync()).GetProperty("token").GetString();
            var resetting = user.PostAsync("/v1/auth/reset-password", new { token, newPassword = "a wholly new passphrase" });
            await Task.Delay(2 + kill * 4);
            run.Host.Kill9();
            await Task.WhenAny(resetting);
            await run.RestartAsync();
            async Task<bool> OpensAsync(string password) =>
                (await user.PostAsync("/v1/auth/login", new { email = user.Email, password })).Status == HttpStatusCode.OK;
            var done = await OpensAsync("a wholly new passphrase");
            Assert.NotEqual(done, await OpensAsync(user.Password));
            Assert.Equal(
                done ? "token_revoked" : null,
                (await user.GetAsync("/v1/auth/me")).Json.TryGetProperty("code", out var code) ? code.GetString() : null
            );
            Assert.Equal(
                done ? HttpStatusCode.BadRequest : HttpStatusCode.NoContent,
                (await user.PostAsync("/v1/auth/reset-password", new { token, newPassword = "yet another passphrase" })).Status
            );
            if (resetting.IsCompletedSuccessfully) Assert.True(done);
        }
    }

    [Fact]
    public async Task An_erasure_that_was_acknowledged_is_carried_out_whoever_dies()
    {
        await using var run = await Run.StartAsync();
        var users = new List<(TestUser User, Guid Id)>();
        for (var i = 0; i < 3; i++)
        {
            var user = await run.SignUpAsync();
            await user.BuyAsync("BTC-USD", 1, 30000m, "2024-01-02T15:00:00Z");
            users.Add((user, (await user.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetGuid()));
        }
        foreach (var (user, _) in users)
            Assert.Equal(HttpStatusCode.Accepted, (await user.DeleteAsync("/v1/auth/me", new { password = user.Password })).Status);
        run.Host.Kill9();
        await run.RestartAsync();
        foreach (var (_, id) in users)
        {
            await AuthDataTests.EventuallyAsync(async () =>
                await TestSql.OneAsync<long>(run.Database, "select count(*) from auth.users where id = $1", id) == 0
            );
            Assert.Equal(
                0,
                await TestSql.OneAsync<long>(
                    run.Database,
                    """
                    select (select count(*) from core.user_keys where user_id = $1)
                        + (select count(*) from portfolio.transactions where user_id = $1)
                        + (select count(*) from auth.sessions where user_id = $1)
                    """,
                    id
                )
            );
        }
    }

    /// <summary>One home and one database under hosts that come and go.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private static readonly Dictionary<string, string> Settings = new()
        {
            ["RateLimits__Free"] = "1000000",
            ["RateLimits__Anonymous"] = "1000000",
            ["RateLimits__Login"] = "1000000",
        };
        private readonly TestDatabase _database;
        private readonly string _home = HostProcess.NewHome();

        private Run(TestDatabase database) => _database = database;

        public HostProcess Host { get; private set; } = null!;
        public string Database => _database.ConnectionString;

        public static async Task<Run> StartAsync()
        {
            var run = new Run(await TestDatabase.CreateAsync());
            run.Host = await HostProcess.StartAsync(run.Database, Settings, run._home);
            return run;
        }

        public async Task RestartAsync() => Host = await HostProcess.StartAsync(Database, Settings, _home, Host.Url.Port);

        public async Task<TestUser> SignUpAsync()
        {
            var user = new TestUser(Host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
            await user.RegisterAsync();
            await user.LogInAsync();
            return user;
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
