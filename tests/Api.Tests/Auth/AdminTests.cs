using AgentInvest.Core.Data;
using AgentInvest.Auth.ApiKeys;
using System.Net;
using System.Net.Http.Json;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Http;
using AgentInvest.Functions.Runtime;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Api.Tests;

/// <summary>Every HTTP function of the host, with an address to call it by.</summary>
internal static class Matrix
{
    public sealed record Endpoint(string Name, string Method, string Path, bool Anonymous, string? Scope)
    {
        public bool IsAdmin => Path.StartsWith("/v1/admin/", StringComparison.Ordinal);
    }

    public static IReadOnlyList<Endpoint> Endpoints(TestHost host) =>
        host
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<FunctionMetadata>() is not null)
            .SelectMany(e =>
                e.Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Select(method =>
                    {
                        var path = System.Text.RegularExpressions.Regex.Replace(
                            LocalHost.OpenApi.PathParameters.Of(e.RoutePattern).Path,
                            @"\{[^}]+\}",
                            Guid.CreateVersion7().ToString()
                        );
                        var policy = EndpointPolicy.Of(e.Metadata);
                        return new Endpoint(e.Metadata.GetMetadata<FunctionMetadata>()!.Name, method, path, policy.Anonymous, policy.Scope);
                    })
            )
            .ToList();
}

public sealed class AdminTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Every_function_lets_in_exactly_the_roles_it_should()
    {
        var endpoints = Matrix.Endpoints(host);
        Assert.True(endpoints.Count > 40, "The functions were not found.");
        Assert.All(endpoints, e => Assert.True(e.Scope is null || EnumNames.All(typeof(ApiKeyScope)).Contains(e.Scope), e.Name));
        var admin = await AdminAsync(host);
        var callers = new Dictionary<string, TestUser>
        {
            ["nobody"] = new(host.Url, "", ""),
            ["user"] = await host.SignUpAsync(),
            ["analyst"] = await WithRolesAsync(admin, "user", "analyst"),
            ["admin"] = await WithRolesAsync(admin, "user", "admin"),
        };
        var wrong = new List<string>();
        // What ends the caller's own session or account would spoil the calls after it.
        foreach (
            var endpoint in endpoints.OrderBy(e =>
                e.Path.Contains("logout", StringComparison.Ordinal) || e is { Path: "/v1/auth/me", Method: "DELETE" }
            )
        )
        foreach (var (role, caller) in callers)
            {
                var reply = await caller.SendAsync(
                new HttpMethod(endpoint.Method),
                endpoint.Path,
                endpoint.Method == "GET" ? null : JsonContent.Create(new { })
            );
                var expected =
                endpoint.Anonymous || (role != "nobody" && (!endpoint.IsAdmin || role == "admin")) ? "in"
                : role == "nobody" ? "401"
                : "403";
                var got =
                reply.Status == HttpStatusCode.Unauthorized && reply.Code == "unauthenticated" && !endpoint.Anonymous ? "401"
                : reply.Status == HttpStatusCode.Forbidden && reply.Code == "forbidden" && !endpoint.Anonymous ? "403"
                : "in";
                if (expected != got) wrong.Add($"{endpoint.Method} {endpoint.Path} as {role}: {got} instead of {expected}: {reply.Text}");
                if (reply.Status == HttpStatusCode.InternalServerError)
                wrong.Add($"{endpoint.Method} {endpoint.Path} as {role}: {reply.Text}");
            }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_change_of_rights_voids_tokens_already_issued_on_every_host()
    {
        var other = new TestHost { SharedDatabase = host.ConnectionString };
        await other.InitializeAsync();
        try
        {
            var admin = await AdminAsync(host);
            var second = await WithRolesAsync(admin, "user", "admin");
            var there = new TestUser(other.Url, second.Email, second.Password);
            await there.LogInAsync();
            Assert.Equal(
                (HttpStatusCode.OK, HttpStatusCode.OK),
                ((await second.GetAsync("/v1/admin/users")).Status, (await there.GetAsync("/v1/admin/users")).Status)
            );
            Assert.Equal(
                HttpStatusCode.NoContent,
                (await PutAsync(admin, $"/v1/admin/users/{await IdOf(second)}/roles", new { roles = new[] { "user" } })).Status
            );
            Assert.Equal("token_revoked", (await second.GetAsync("/v1/admin/users")).Code);
            await Task.Delay(1000);
            Assert.Equal("token_revoked", (await there.GetAsync("/v1/admin/users")).Code);
            // The session goes on with the new rights.
            var refreshed = await second.PostAsync("/v1/auth/refresh", new { refreshToken = second.RefreshToken });
            second.Token = refreshed.Json.GetProperty("accessToken").GetString()!;
            Assert.Equal("forbidden", (await second.GetAsync("/v1/admin/users")).Code);
            await PutAsync(admin, $"/v1/admin/users/{await IdOf(second)}/tier", new { tier = "premium" });
            await second.LogInAsync();
            Assert.Equal("premium", (await second.GetAsync("/v1/auth/me")).Json.GetProperty("tier").GetString());
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_administrator_signs_a_user_out_everywhere()
    {
        var admin = await AdminAsync(host);
        var user = await host.SignUpAsync();
        var path = $"/v1/admin/users/{await IdOf(user)}/sessions";
        Assert.Equal("forbidden", (await user.SendAsync(HttpMethod.Delete, path, null)).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, path, null)).Status);
        Assert.Equal("token_revoked", (await user.GetAsync("/v1/auth/me")).Code);
        Assert.Equal("token_revoked", (await user.PostAsync("/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Code);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await admin.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{Guid.CreateVersion7()}/sessions", null)).Status
        );
    }

    [Fact]
    public async Task Administrators_find_users_by_page_address_or_id()
    {
        var admin = await AdminAsync(host);
        var user = await host.SignUpAsync();
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await admin.GetAsync("/v1/admin/users?limit=2" + (cursor is null ? "" : "&cursor=" + cursor))).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("email").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        Assert.Contains(user.Email, seen);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        foreach (var search in new[] { user.Email.ToUpperInvariant(), await IdOf(user) })
            Assert.Equal(
                user.Email,
                Assert
                    .Single((await admin.GetAsync($"/v1/admin/users?search={search}")).Json.GetProperty("items").EnumerateArray())
                    .GetProperty("email")
                    .GetString()
            );
        Assert.Empty((await admin.GetAsync("/v1/admin/users?search=nobody@example.com")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task The_last_administrator_cannot_be_demoted()
    {
        await using var alone = new OwnHost();
        await alone.Host.InitializeAsync();
        var first = await AdminAsync(alone.Host);
        Assert.Equal(
            (HttpStatusCode.Conflict, "conflict"),
            await StatusOf(PutAsync(first, $"/v1/admin/users/{await IdOf(first)}/roles", new { roles = new[] { "user" } }))
        );
        Assert.Equal(
            (HttpStatusCode.Conflict, "conflict"),
            await StatusOf(first.SendAsync(HttpMethod.Delete, "/v1/auth/me", JsonContent.Create(new { password = first.Password })))
        );
        var second = await WithRolesAsync(first, "user", "admin");
        var (one, two) = (await IdOf(first), await IdOf(second));
        var replies = await Task.WhenAll(
            PutAsync(first, $"/v1/admin/users/{two}/roles", new { roles = new[] { "user" } }),
            PutAsync(second, $"/v1/admin/users/{one}/roles", new { roles = new[] { "user" } })
        );
        Assert.Single(replies, r => r.Status == HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("roles", """{"roles":["root"]}""", 400)]
    [InlineData("roles", """{"roles":[]}""", 400)]
    [InlineData("tier", """{"tier":"gold"}""", 400)]
    [InlineData("tier", """{"tier":"free"}""", 404)]
    [InlineData("roles", """{"roles":["user"]}""", 404)]
    public async Task Unknown_roles_tiers_or_users_are_refused(string what, string body, int status)
    {
        var admin = await AdminAsync(host);
        var reply = await admin.SendAsync(
            HttpMethod.Put,
            $"/v1/admin/users/{Guid.CreateVersion7()}/{what}",
            new StringContent(body, System.Text.Encoding.UTF8, "application/json")
        );
        Assert.Equal(status, (int)reply.Status);
    }

    [Fact]
    public async Task Nobody_makes_themselves_an_administrator()
    {
        var user = await host.SignUpAsync();
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await user.SendAsync(HttpMethod.Patch, "/v1/auth/me", JsonContent.Create(new { roles = new[] { "admin" } }))).Status
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (
                await user.PostAsync(
                    "/v1/auth/register",
                    new
                    {
                        email = "x@example.com",
                        password = "a long passphrase of mine",
                        roles = new[] { "admin" },
                    }
                )
            ).Status
        );
        Assert.Equal(
            "forbidden",
            (await PutAsync(user, $"/v1/admin/users/{await IdOf(user)}/roles", new { roles = new[] { "admin" } })).Code
        );
    }

    [Fact]
    public async Task A_new_password_for_the_seeded_administrator_ends_its_sessions()
    {
        var admin = await AdminAsync(host);
        await host.Services.GetRequiredService<EnsureAdmin>().HandleAsync("another passphrase for it", CancellationToken.None);
        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task A_new_password_for_the_seeded_administrator_is_audited()
    {
        await AdminAsync(host);
        await host.Services.GetRequiredService<EnsureAdmin>().HandleAsync("another passphrase for it", CancellationToken.None);
        var admin = await AdminAsync(host);
        var kinds = (await admin.GetAsync($"/v1/admin/audit?userId={await IdOf(admin)}"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .Select(e => e.GetProperty("kind").GetString())
            .ToList();
        Assert.Contains("admin.seeded", kinds);
        Assert.True(kinds.Count(k => k == "auth.password_changed") >= 2);
    }

    internal static async Task<TestUser> AdminAsync(TestHost host)
    {
        const string password = "the administrator's passphrase";
        await host.Services.GetRequiredService<EnsureAdmin>().HandleAsync(password, CancellationToken.None);
        var admin = new TestUser(host.Url, EnsureAdmin.Email, password);
        await admin.LogInAsync();
        return admin;
    }

    private async Task<TestUser> WithRolesAsync(TestUser admin, params string[] roles)
    {
        var user = new TestUser(
            admin.Url,
            $"role-{Guid.NewGuid():N}@example.com",
            "correct horse battery " + Guid.NewGuid().ToString("N")[..8]
        );
        await user.RegisterAsync();
        await user.LogInAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync(admin, $"/v1/admin/users/{await IdOf(user)}/roles", new { roles })).Status);
        await user.LogInAsync();
        return user;
    }

    internal static async Task<string> IdOf(TestUser user) => (await user.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetString()!;

    internal static Task<Reply> PutAsync(TestUser user, string path, object body) =>
        user.SendAsync(HttpMethod.Put, path, JsonContent.Create(body));

    private static async Task<(HttpStatusCode, string?)> StatusOf(Task<Reply> reply) => ((await reply).Status, (await reply).Code);

    private sealed class OwnHost : IAsyncDisposable
    {
        public TestHost Host { get; } = new();
        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}
