using System.Net;

namespace AgentInvest.Api.Tests;

/// <summary>Forgetting, resetting and changing passwords; what they do to sessions.</summary>
public sealed class AuthPasswordTests(TestHost host) : IClassFixture<TestHost>
{
    private const string NewPassword = "a wholly new passphrase";

    [Fact]
    public async Task A_reset_of_the_password_ends_every_session()
    {
        var user = await host.SignUpAsync();
        var stranger = new TestUser(host.Url, user.Email, NewPassword);
        Assert.Equal(HttpStatusCode.Accepted, (await stranger.PostAsync("/v1/auth/forgot-password", new { email = user.Email })).Status);
        var mail = await user.LatestMailAsync();
        Assert.Equal("reset_password", mail.GetProperty("kind").GetString());
        var token = mail.GetProperty("token").GetString();
        Assert.Contains($"{host.Url.ToString().TrimEnd('/')}/reset-password#token={token}", mail.GetProperty("text").GetString());

        // Too weak: refused without using the token up.
        Assert.Equal(
            "validation_failed",
            (await stranger.PostAsync("/v1/auth/reset-password", new { token, newPassword = "password1234" })).Code
        );
        Assert.Contains(
            "newPassword",
            (await stranger.PostAsync("/v1/auth/reset-password", new { token, newPassword = "my " + user.Email })).Text
        );
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await stranger.PostAsync("/v1/auth/reset-password", new { token, newPassword = NewPassword })).Status
        );
        Assert.Equal("invalid_token", (await stranger.PostAsync("/v1/auth/reset-password", new { token, newPassword = NewPassword })).Code);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
        Assert.Equal("token_revoked", (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Code);
        Assert.Equal(
            "invalid_credentials",
            (await stranger.PostAsync("/v1/auth/login", new { email = user.Email, password = user.Password })).Code
        );
        await stranger.LogInAsync();
        Assert.Equal("security_notice", (await user.LatestMailAsync()).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_reset_token_lapses_after_half_an_hour_or_with_the_use_of_another()
    {
        await using var own = await OwnHostAsync();
        var user = await own.Host.SignUpAsync();
        var tokens = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            await user.PostAsync("/v1/auth/forgot-password", new { email = user.Email });
            tokens.Add((await user.LatestMailAsync()).GetProperty("token").GetString());
        }
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await user.PostAsync("/v1/auth/reset-password", new { token = tokens[1], newPassword = NewPassword })).Status
        );
        Assert.Equal(
            "invalid_token",
            (await user.PostAsync("/v1/auth/reset-password", new { token = tokens[0], newPassword = NewPassword })).Code
        );
        await user.PostAsync("/v1/auth/forgot-password", new { email = user.Email });
        var late = (await user.LatestMailAsync()).GetProperty("token").GetString();
        own.Host.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(
            "invalid_token",
            (await user.PostAsync("/v1/auth/reset-password", new { token = late, newPassword = NewPassword })).Code
        );
    }

    [Fact]
    public async Task Only_a_verified_address_gets_a_reset_mail()
    {
        var user = await host.SignUpAsync();
        var unverified = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await unverified.PostAsync("/v1/auth/register", new { email = unverified.Email, password = unverified.Password });
        var replies = new List<Reply>();
        foreach (var email in new[] { user.Email, unverified.Email, $"x{Guid.NewGuid():N}@example.com" })
            replies.Add(await user.PostAsync("/v1/auth/forgot-password", new { email }));
        Assert.Single(replies.Select(r => (r.Status, r.Text)).Distinct());
        Assert.Equal("reset_password", (await user.LatestMailAsync()).GetProperty("kind").GetString());
        Assert.Equal("verify_email", (await unverified.LatestMailAsync()).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Changing_the_password_ends_the_other_sessions()
    {
        var user = await host.SignUpAsync();
        var elsewhere = new TestUser(host.Url, user.Email, user.Password);
        await elsewhere.LogInAsync();
        Assert.Equal(
            "invalid_credentials",
            (await user.PostAsync("/v1/auth/me/password", new { currentPassword = "not that passphrase", newPassword = NewPassword })).Code
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await user.PostAsync("/v1/auth/me/password", new { currentPassword = user.Password, newPassword = user.Email + "x" })).Status
        );
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await user.PostAsync("/v1/auth/me/password", new { currentPassword = user.Password, newPassword = NewPassword })).Status
        );
        Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/v1/auth/me")).Status);
        Assert.Equal("token_revoked", (await elsewhere.GetAsync("/v1/auth/me")).Code);
        await new TestUser(host.Url, user.Email, NewPassword).LogInAsync();
    }

    [Fact]
    public async Task Pauses_grow_until_the_password_is_reset()
    {
        await using var own = await OwnHostAsync();
        var user = await own.Host.SignUpAsync();
        async Task<bool> OpensAsync() =>
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = user.Password })).Status == HttpStatusCode.OK;
        async Task FailAsync()
        {
            for (var i = 0; i < 10; i++) await user.PostAsync("/v1/auth/login", new { email = user.Email, password = "wrong passphrase" });
        }
        await FailAsync();
        own.Host.Time.Advance(TimeSpan.FromMinutes(14));
        Assert.False(await OpensAsync());
        own.Host.Time.Advance(TimeSpan.FromMinutes(2));
        await FailAsync();
        own.Host.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.False(await OpensAsync());
        await user.PostAsync("/v1/auth/forgot-password", new { email = user.Email });
        await user.PostAsync(
            "/v1/auth/reset-password",
            new { token = (await user.LatestMailAsync()).GetProperty("token").GetString(), newPassword = user.Password }
        );
        Assert.True(await OpensAsync());
    }

    [Fact]
    public async Task A_password_hashed_at_another_cost_is_hashed_anew_at_the_next_sign_in()
    {
        var user = await host.SignUpAsync();
        var dearer = new CostlierHost { SharedDatabase = host.ConnectionString };
        await dearer.InitializeAsync();
        try
        {
            Assert.Contains("$04$", await HashAsync(user));
            await new TestUser(dearer.Url, user.Email, user.Password).LogInAsync();
            Assert.Contains("$05$", await HashAsync(user));
            await new TestUser(dearer.Url, user.Email, user.Password).LogInAsync();
        }
        finally
        {
            await dearer.DisposeAsync();
        }
    }

    [Fact]
    public async Task More_than_two_seconds_of_hashing_are_not_queued_but_told_to_come_back()
    {
        var slow = new SlowHost();
        await slow.InitializeAsync();
        try
        {
            var replies = await Task.WhenAll(
                Enumerable
                    .Range(0, 40)
                    .Select(i =>
                        new TestUser(slow.Url, "", "").PostAsync(
                            "/v1/auth/login",
                            new { email = $"n{i}@example.com", password = "some passphrase" }
                        )
                    )
            );
            var busy = replies.Where(r => r.Status == HttpStatusCode.ServiceUnavailable).ToList();
            Assert.NotEmpty(busy);
            Assert.All(
                busy,
                r =>
                    Assert.Equal(
                        ("busy", true),
                        (r.Code, int.Parse(r.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture) >= 1)
                    )
            );
            Assert.All(replies.Except(busy), r => Assert.Equal("invalid_credentials", r.Code));
        }
        finally
        {
            await slow.DisposeAsync();
        }
    }

    private sealed class CostlierHost : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["Auth:PasswordCost"] = "5" };
    }

    private sealed class SlowHost : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["Auth:PasswordCost"] = "12" };
    }

    private async Task<string> HashAsync(TestUser user)
    {
        var id = (await user.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetGuid();
        return await TestSql.OneAsync<string>(host.ConnectionString, "select password_hash from auth.users where id = $1", id);
    }

    private static Task<OwnHost> OwnHostAsync() => OwnHost.StartAsync();
}

/// <summary>A host of one test, whose time it may move.</summary>
internal sealed class OwnHost : IAsyncDisposable
{
    private OwnHost(TestHost host) => Host = host;

    public TestHost Host { get; }

    public static async Task<OwnHost> StartAsync(TestHost? host = null)
    {
        host ??= new TestHost();
        await host.InitializeAsync();
        return new OwnHost(host);
    }

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();
}

/// <summary>What a test must see in the database itself.</summary>
internal static class TestSql
{
    public static async Task<T> OneAsync<T>(string connectionString, string sql, params object[] args)
    {
        await using var connection = new Npgsql.NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        foreach (var arg in args) command.Parameters.Add(new() { Value = arg });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task<int> ExecuteAsync(string connectionString, string sql, params object[] args)
    {
        await using var connection = new Npgsql.NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        foreach (var arg in args) command.Parameters.Add(new() { Value = arg });
        return await command.ExecuteNonQueryAsync();
    }
}
