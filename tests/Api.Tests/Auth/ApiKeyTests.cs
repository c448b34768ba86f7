using AgentInvest.Core.Data;
using AgentInvest.Auth.ApiKeys;
using System.Net;
using System.Text.Json;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Api.Tests;

public sealed class ApiKeyTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Keys = "/v1/auth/api-keys";

    [Fact]
    public async Task A_key_works_within_its_scopes_until_it_is_deleted()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("AAPL", 3, 100, "2024-01-02T15:00:00Z");
        var made = await CreateAsync(user, ["portfolio:read", "portfolio:read:values"]);
        var program = new TestUser(host.Url, "", "");
        var key = ("X-Api-Key", made.GetProperty("key").GetString()!);
        Assert.Matches("^agi_[0-9A-Za-z]{46}$", key.Item2);
        Assert.DoesNotContain(key.Item2, (await user.GetAsync(Keys)).Text, StringComparison.Ordinal);

        var books = await program.GetAsync("/v1/portfolio", key);
        Assert.Equal((HttpStatusCode.OK, 3m), (books.Status, books.Json.GetProperty("holdings")[0].GetProperty("quantity").GetDecimal()));
        Assert.Equal(
            (HttpStatusCode.Forbidden, "insufficient_scope"),
            await StatusOf(program.PostAsync("/v1/portfolio/transactions", new { }, key))
        );
        Assert.Equal(JsonValueKind.String, (await user.GetAsync(Keys)).Json.GetProperty("items")[0].GetProperty("lastUsedAt").ValueKind);
        // The bucket is the user's.
        Assert.Equal(books.Header("RateLimit-Limit"), (await user.GetAsync("/v1/portfolio")).Header("RateLimit-Limit"));

        var stranger = await host.SignUpAsync();
        var path = $"{Keys}/{made.GetProperty("id").GetString()}";
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), await StatusOf(stranger.SendAsync(HttpMethod.Delete, path, null)));
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/v1/portfolio", key)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await user.SendAsync(HttpMethod.Delete, path, null)).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), await StatusOf(program.GetAsync("/v1/portfolio", key)));
        Assert.Equal(0, (await user.GetAsync(Keys)).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_key_never_reaches_accounts_keys_or_administration()
    {
        var admin = await AdminTests.AdminAsync(host);
        var made = await CreateAsync(admin, [.. EnumNames.All(typeof(ApiKeyScope))]);
        var program = new TestUser(host.Url, "", "");
        foreach (var endpoint in Matrix.Endpoints(host).Where(e => e.Scope is null && !e.Anonymous))
        {
            var reply = await program.SendAsync(
                new HttpMethod(endpoint.Method),
                endpoint.Path,
                null,
                ("X-Api-Key", made.GetProperty("key").GetString()!)
            );
            Assert.True(
                reply is { Status: HttpStatusCode.Forbidden, Code: "forbidden" },
                $"{endpoint.Name} answered {reply.Status} {reply.Text}"
            );
        }
    }

    [Fact]
    public async Task Without_the_scope_for_values_a_key_sees_weights_but_no_amounts()
    {
        var user = await host.SignUpAsync();
        await user.BuyAsync("AAPL", 3, 100, "2024-01-02T15:00:00Z");
        var key = (await CreateAsync(user, ["portfolio:read"])).GetProperty("key").GetString()!;
        var holding = (await new TestUser(host.Url, "", "").GetAsync("/v1/portfolio", ("X-Api-Key", key))).Json.GetProperty("holdings")[0];
        Assert.Equal(1m, holding.GetProperty("weight").GetDecimal());
        foreach (var amount in new[] { "quantity", "marketValue", "cost", "averageCost", "unrealizedPnl" })
            Assert.Equal(JsonValueKind.Null, holding.GetProperty(amount).ValueKind);
        var entry = (await new TestUser(host.Url, "", "").GetAsync("/v1/portfolio/transactions", ("X-Api-Key", key))).Json.GetProperty(
            "items"
        )[0];
        Assert.Equal(("AAPL", JsonValueKind.Null), (entry.GetProperty("symbol").GetString(), entry.GetProperty("quantity").ValueKind));
    }

    [Theory]
    [InlineData("""{"name":"k","scopes":["portfolio:everything"]}""", "scopes[0]")]
    [InlineData("""{"name":"k","scopes":["admin"]}""", "scopes[0]")]
    [InlineData("""{"name":"k","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"","scopes":["market:read"]}""", "name")]
    [InlineData("""{"name":"k","scopes":["market:read"],"expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"k","scopes":["market:read"],"allowedNetworks":["not an address"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"k","scopes":["market:read"],"roles":["admin"]}""", "roles")]
    public async Task A_bad_request_for_a_key_makes_none(string body, string field)
    {
        var user = await host.SignUpAsync();
        var reply = await user.PostRawAsync(Keys, body);
        Assert.Equal((HttpStatusCode.BadRequest, true), (reply.Status, reply.Json.GetProperty("errors").TryGetProperty(field, out _)));
        Assert.Equal(0, (await user.GetAsync(Keys)).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_key_is_refused_outside_of_its_time_or_networks()
    {
        var user = await host.SignUpAsync();
        var program = new TestUser(host.Url, "", "");
        var elsewhere = await CreateAsync(user, ["portfolio:read"], networks: ["203.0.113.0/24"]);
        var here = await CreateAsync(user, ["portfolio:read"], networks: ["127.0.0.1", "::1"]);
        var brief = await CreateAsync(user, ["portfolio:read"], DateTimeOffset.UtcNow.AddSeconds(2));
        string Key(JsonElement made) => made.GetProperty("key").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/v1/portfolio", ("X-Api-Key", Key(here)))).Status);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/v1/portfolio", ("X-Api-Key", Key(brief)))).Status);
        await Task.Delay(2100);
        foreach (
            var key in new[] { Key(elsewhere), Key(brief), ApiKey.New(), Key(here)[..^1] + "!", Key(here)[..^3] + "abc", "", "rubbish" }
        )
        {
            var reply = await program.GetAsync("/v1/portfolio", ("X-Api-Key", key));
            Assert.Equal(
                (HttpStatusCode.Unauthorized, "The API key is not known."),
                (reply.Status, reply.Json.GetProperty("detail").GetString())
            );
        }
        // A forwarding header of a stranger is no address.
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await program.GetAsync("/v1/portfolio", ("X-Api-Key", Key(elsewhere)), ("X-Forwarded-For", "203.0.113.9"))).Status
        );
        // Beside a token it is anyone's guess who is meant.
        Assert.Equal(HttpStatusCode.Unauthorized, (await user.GetAsync("/v1/portfolio", ("X-Api-Key", Key(here)))).Status);
    }

    [Fact]
    public async Task A_key_stops_on_another_host_within_a_second_of_its_end()
    {
        var other = new TestHost { SharedDatabase = host.ConnectionString };
        await other.InitializeAsync();
        try
        {
            var user = await host.SignUpAsync();
            var made = await CreateAsync(user, ["portfolio:read"]);
            var second = await CreateAsync(user, ["portfolio:read"]);
            var there = new TestUser(other.Url, "", "");
            async Task<HttpStatusCode> Use(JsonElement key) =>
                (await there.GetAsync("/v1/portfolio", ("X-Api-Key", key.GetProperty("key").GetString()!))).Status;
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await Use(made), await Use(second)));
            await user.SendAsync(HttpMethod.Delete, $"{Keys}/{made.GetProperty("id").GetString()}", null);
            await Task.Delay(1000);
            Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await Use(made), await Use(second)));
            await SqlAsync(
                "delete from auth.users where id = $1",
                Guid.Parse((await user.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetString()!)
            );
            await Task.Delay(1000);
            Assert.Equal(HttpStatusCode.Unauthorized, await Use(second));
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Keys_are_kept_as_keyed_hashes_only()
    {
        var user = await host.SignUpAsync();
        var key = (await CreateAsync(user, ["market:read"])).GetProperty("key").GetString()!;
        await using var connection = new Npgsql.NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("select string_agg(k::text, ' ') from auth.api_keys k", connection);
        var table = (string)(await command.ExecuteScalarAsync())!;
        Assert.DoesNotContain(key, table, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(key))),
            table,
            StringComparison.Ordinal
        );
    }

    private async Task SqlAsync(string sql, object argument)
    {
        await using var connection = new Npgsql.NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection) { Parameters = { new() { Value = argument } } };
        await command.ExecuteNonQueryAsync();
    }

    internal static async Task<JsonElement> CreateAsync(
        TestUser user,
        string[] scopes,
        DateTimeOffset? expiresAt = null,
        string[]? networks = null
    )
    {
        var reply = await user.PostAsync(Keys, new { name = "mine", scopes, expiresAt, allowedNetworks = networks });
        Assert.True(reply.Status == HttpStatusCode.Created, reply.Text);
        return reply.Json;
    }

    private static async Task<(HttpStatusCode, string?)> StatusOf(Task<Reply> reply) => ((await reply).Status, (await reply).Code);
}
