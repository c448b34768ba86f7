using System.Net;
using System.Text;
using System.Text.Json;
using AgentInvest.Auth.Data;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>What is held on a user: sealed, told whole, erased whole.</summary>
public sealed class AuthDataTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Nothing_personal_can_be_read_in_the_database()
    {
        var user = new TestUser(host.Url, $"readable{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.PostAsync("/v1/auth/register", new { email = user.Email, password = user.Password, displayName = "Readable Name" });
        await user.PostAsync("/v1/auth/verify-email", new { token = (await user.LatestMailAsync()).GetProperty("token").GetString() });
        await user.PostAsync(
            "/v1/auth/login",
            new
            {
                email = user.Email,
                password = user.Password,
                deviceName = "Readable Phone",
            },
            ("User-Agent", "Readable/1.0")
        );
        await user.PostAsync("/v1/auth/login", new { email = user.Email, password = "Readable password" });
        await user.PostAsync("/v1/auth/forgot-password", new { email = "unknown-" + user.Email });
        foreach (
            var table in await ListAsync(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
            )
        )
        {
            var rows = await ListAsync($"select t::text from {table} t");
            foreach (var word in new[] { user.Email, "Readable", Convert.ToHexStringLower(Encoding.UTF8.GetBytes("eadable")) })
                Assert.DoesNotContain(rows, r => r.Contains(word, StringComparison.OrdinalIgnoreCase));
        }
        Assert.Equal("Readable Name", (await LogInAgainAsync(user)).GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task A_sealed_value_moved_to_another_row_does_not_open()
    {
        var (one, other) = (await host.SignUpAsync(), await host.SignUpAsync());
        var (a, b) = (await IdAsync(one), await IdAsync(other));
        await TestSql.ExecuteAsync(
            host.ConnectionString,
            "update auth.users set email_sealed = (select email_sealed from auth.users where id = $2) where id = $1",
            a,
            b
        );
        Assert.Equal(HttpStatusCode.InternalServerError, (await one.GetAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task An_export_has_everything_held_on_its_owner()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BTC-USD", 0.1234567891m, 30000m, "2024-01-02T15:00:00Z");
        var started = await user.PostAsync("/v1/auth/me/export");
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        var path = "/v1/auth/me/export/" + started.Json.GetProperty("exportId").GetString();
        Assert.Equal(HttpStatusCode.NotFound, (await (await host.SignUpAsync()).GetAsync(path)).Status);
        Reply reply = null!;
        await EventuallyAsync(async () => (reply = await user.GetAsync(path)).Status == HttpStatusCode.OK);
        var data = reply.Json.GetProperty("data");
        Assert.Equal(user.Email, data.GetProperty("auth.users").GetProperty("profile").GetProperty("email").GetString());
        Assert.Equal(0.1234567891m, data.GetProperty("portfolio.transactions")[0].GetProperty("quantity").GetDecimal());
        Assert.Equal("127.0.0.0/24", data.GetProperty("auth.sessions")[0].GetProperty("device").GetProperty("ipPrefix").GetString());
        // Whatever has a row of the user is told, hashes and keys aside; the analytics of the booking may have come after it was gathered.
        var id = await IdAsync(user);
        foreach (var table in await ListAsync("select name from core.user_tables where exported"))
            Assert.True(
                data.GetProperty(table).GetArrayLength() is var told
                    && (
                        table is "core.jobs" or "portfolio.analytics"
                        || told
                            == await TestSql.OneAsync<long>(host.ConnectionString, $"select count(*) from {table} where user_id = $1", id)
                    ),
                table
            );
        Assert.DoesNotContain("secret", reply.Text);
        Assert.DoesNotContain("hash", reply.Text);
    }

    [Fact]
    public async Task Erasure_leaves_nothing_but_the_audit()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("BTC-USD", 1, 30000m, "2024-01-02T15:00:00Z");
        var id = await IdAsync(user);
        Assert.Equal(HttpStatusCode.BadRequest, (await user.DeleteAsync("/v1/auth/me")).Status);
        Assert.Equal("invalid_credentials", (await user.DeleteAsync("/v1/auth/me", new { password = "not that passphrase" })).Code);
        Assert.Equal(HttpStatusCode.Accepted, (await user.DeleteAsync("/v1/auth/me", new { password = user.Password })).Status);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
        Assert.Equal(
            "invalid_credentials",
            (await user.PostAsync("/v1/auth/login", new { email = user.Email, password = user.Password })).Code
        );
        await EventuallyAsync(async () =>
            await TestSql.OneAsync<long>(host.ConnectionString, "select count(*) from auth.users where id = $1", id) == 0
        );
        foreach (var table in await ListAsync("select name from core.user_tables"))
            Assert.Equal(0, await TestSql.OneAsync<long>(host.ConnectionString, $"select count(*) from {table} where user_id = $1", id));
        Assert.NotEqual(0, await TestSql.OneAsync<long>(host.ConnectionString, "select count(*) from core.audit where stream = $1", id));
        Assert.Equal("Your account was deleted", Assert.Single(await user.MailsAsync()).GetProperty("subject").GetString());
        // The address is free again.
        user.Token = "";
        await user.RegisterAsync();
        await user.LogInAsync();
        Assert.NotEqual(id, await IdAsync(user));
    }

    [Fact]
    public async Task After_a_rotation_of_the_master_key_everything_is_sealed_under_the_new_one()
    {
        await using var first = await OwnHost.StartAsync();
        var user = await first.Host.SignUpAsync();
        var waiting = new TestUser(first.Host.Url, $"w{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await waiting.PostAsync("/v1/auth/register", new { email = waiting.Email, password = waiting.Password });
        await using var second = await OwnHost.StartAsync(new RotatedHost { SharedDatabase = first.Host.ConnectionString });
        // Before the timer has been: by address, by refresh token, by mail; registering finds the account there is.
        var same = new TestUser(second.Host.Url, user.Email, user.Password);
        await same.LogInAsync();
        Assert.Equal(HttpStatusCode.OK, (await same.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Status);
        var token = (await new TestUser(second.Host.Url, waiting.Email, "").LatestMailAsync()).GetProperty("token").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await same.PostAsync("/v1/auth/verify-email", new { token })).Status);
        await same.PostAsync("/v1/auth/register", new { email = user.Email, password = "some other passphrase" });
        Assert.Equal("already_registered", (await same.LatestMailAsync()).GetProperty("kind").GetString());

        await second.Host.Services.GetRequiredService<KeepData>().RotateKeysAsync(default);
        Assert.Equal(1, await TestSql.OneAsync<long>(first.Host.ConnectionString, "select count(distinct master_key) from core.user_keys"));
        // With the new key alone.
        await using var third = await OwnHost.StartAsync(new RotatedHost(keepsOld: false) { SharedDatabase = first.Host.ConnectionString });
        await new TestUser(third.Host.Url, user.Email, user.Password).LogInAsync();
        await new TestUser(third.Host.Url, waiting.Email, "").PostAsync("/v1/auth/forgot-password", new { email = waiting.Email });
        Assert.Equal(
            "reset_password",
            (await new TestUser(third.Host.Url, waiting.Email, "").LatestMailAsync()).GetProperty("kind").GetString()
        );
    }

    [Fact]
    public async Task What_an_older_build_left_in_the_open_is_sealed_at_the_first_start()
    {
        await using var database = await TestDatabase.CreateAsync();
        var id = Guid.CreateVersion7();
        var hash = "hmac-sha384:" + BCrypt.Net.BCrypt.HashPassword("whatever it was", 4);
        await TestSql.ExecuteAsync(
            database.ConnectionString,
            """
            insert into auth.users (id, email, display_name, password_hash, verified_at)
            values ($1, 'old@example.com', 'Old Name', $2, now())
            """,
            id,
            hash
        );
        await using var started = await OwnHost.StartAsync(new TestHost { SharedDatabase = database.ConnectionString });
        await EventuallyAsync(async () =>
            await TestSql.OneAsync<long>(
                database.ConnectionString,
                "select count(*) from auth.users where email is not null or display_name is not null"
            ) == 0
        );
        var user = new TestUser(started.Host.Url, "old@example.com", "a wholly new passphrase");
        await user.PostAsync("/v1/auth/forgot-password", new { email = user.Email });
        await user.PostAsync(
            "/v1/auth/reset-password",
            new { token = (await user.LatestMailAsync()).GetProperty("token").GetString(), newPassword = user.Password }
        );
        Assert.Equal("Old Name", (await user.LogInAsync()).Json.GetProperty("user").GetProperty("displayName").GetString());
    }

    private sealed class RotatedHost(bool keepsOld = true) : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?>
            {
                ["Security:MasterKey"] = Convert.ToBase64String(Encoding.ASCII.GetBytes("another master key, for rotation")),
                ["Security:PreviousMasterKeys"] = keepsOld
                    ? Convert.ToBase64String(Encoding.ASCII.GetBytes("a master key for tests, 32 bytes"))
                    : "",
            };
    }

    private static async Task<Guid> IdAsync(TestUser user) => (await user.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetGuid();

    private static async Task<JsonElement> LogInAgainAsync(TestUser user) => (await user.LogInAsync()).Json.GetProperty("user");

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    internal static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 600, "Not within 30 s.");
            await Task.Delay(50);
        }
    }
}
