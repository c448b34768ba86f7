using System.Net;

namespace AgentInvest.Api.Tests;

public sealed class LimitedHost : TestHost
{
    public override IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?>
        {
            ["RateLimits:Anonymous"] = "40",
            ["RateLimits:Free"] = "30",
            ["RateLimits:Login"] = "5",
            ["Cors:Origins"] = "https://app.example, https://other.example",
        };
}

/// <summary>What every answer carries, and the limits.</summary>
public sealed class HttpConventionTests(LimitedHost host) : IClassFixture<LimitedHost>
{
    [Fact]
    public async Task An_empty_bucket_leaves_the_others_alone()
    {
        var user = await host.SignUpAsync();
        var logins = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => user.PostAsync("/v1/auth/login", new { email = "nobody@example.com", password = "some passphrase" }))
        );
        var limited = logins.Where(r => r.Code == "rate_limited").ToList();
        Assert.InRange(limited.Count, 3, 5);
        Assert.All(
            limited,
            r =>
            {
                Assert.Equal(
                    (HttpStatusCode.TooManyRequests, "5", "0"),
                    (r.Status, r.Header("RateLimit-Limit"), r.Header("RateLimit-Remaining"))
                );
                Assert.InRange(int.Parse(r.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 12);
            }
        );
        // The same address signed in, and without: untouched.
        var mine = await user.GetAsync("/v1/auth/me");
        Assert.Equal((HttpStatusCode.OK, "30", "29"), (mine.Status, mine.Header("RateLimit-Limit"), mine.Header("RateLimit-Remaining")));
        var all = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => user.GetAsync("/v1/auth/me")));
        Assert.InRange(all.Count(r => r.Status == HttpStatusCode.OK), 29, 31);
        Assert.Equal(HttpStatusCode.OK, (await new TestUser(host.Url, "", "").GetAsync("/v1/market/stocks/AAPL")).Status);
        // Another user has a bucket of their own; what is exempt never runs dry.
        for (var i = 0; i < 60; i++) Assert.Equal(HttpStatusCode.OK, (await user.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task Every_answer_carries_the_common_headers()
    {
        var user = new TestUser(host.Url, "", "");
        foreach (
            var path in new[]
            {
                "/v1/market/stocks/AAPL",
                "/v1/portfolio",
                "/v1/nowhere",
                "/health/live",
                "/v1/auth/login",
                "/openapi/v1.json",
            }
        )
        {
            var reply = await user.GetAsync(path);
            Assert.Equal(("nosniff", "no-referrer"), (reply.Header("X-Content-Type-Options"), reply.Header("Referrer-Policy")));
            Assert.NotNull(reply.Header("Strict-Transport-Security"));
            Assert.NotNull(reply.Header("Content-Security-Policy"));
            Assert.Matches("^[0-9a-f]{32}$", reply.Header("X-Request-Id"));
            Assert.NotNull(reply.Header("RateLimit-Reset"));
            Assert.Null(reply.Header("Server"));
        }
        Assert.Equal("no-store", (await user.GetAsync("/v1/portfolio")).Header("Cache-Control"));
        Assert.Equal("mine.1_2-3", (await user.GetAsync("/health/live", ("X-Request-Id", "mine.1_2-3"))).Header("X-Request-Id"));
        Assert.NotEqual("not mine", (await user.GetAsync("/health/live", ("X-Request-Id", "not mine"))).Header("X-Request-Id"));
        Assert.NotEqual(
            new string('a', 129),
            (await user.GetAsync("/health/live", ("X-Request-Id", new string('a', 129)))).Header("X-Request-Id")
        );
    }

    [Fact]
    public async Task Only_listed_origins_are_let_in_with_credentials()
    {
        var user = new TestUser(host.Url, "", "");
        var listed = await user.SendAsync(
            HttpMethod.Options,
            "/v1/portfolio",
            null,
            ("Origin", "https://app.example"),
            ("Access-Control-Request-Method", "GET")
        );
        Assert.Equal(
            (HttpStatusCode.NoContent, "https://app.example", "true"),
            (listed.Status, listed.Header("Access-Control-Allow-Origin"), listed.Header("Access-Control-Allow-Credentials"))
        );
        Assert.Contains("Authorization", listed.Header("Access-Control-Allow-Headers"));
        foreach (var origin in new[] { "https://evil.example", "https://app.example.evil.example", "http://app.example", "null" })
            Assert.Null((await user.GetAsync("/v1/market/stocks/AAPL", ("Origin", origin))).Header("Access-Control-Allow-Origin"));
        // A refusal can be read by the page it answers.
        Assert.Equal(
            "https://other.example",
            (await user.GetAsync("/v1/portfolio", ("Origin", "https://other.example"))).Header("Access-Control-Allow-Origin")
        );
    }

    [Fact]
    public async Task An_address_or_method_that_nothing_answers_is_a_problem()
    {
        var user = new TestUser(host.Url, "", "");
        var nowhere = await user.GetAsync("/v1/nowhere");
        Assert.Equal(
            (HttpStatusCode.NotFound, "not_found", "application/problem+json"),
            (nowhere.Status, nowhere.Code, nowhere.Header("Content-Type"))
        );
        var method = await user.SendAsync(HttpMethod.Put, "/v1/auth/login", null);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_allowed"), (method.Status, method.Code));
        foreach (var member in new[] { "type", "title", "status", "detail", "instance", "code", "traceId" })
            Assert.True(method.Json.TryGetProperty(member, out _), member);
    }

    [Fact]
    public async Task Forwarding_headers_of_strangers_do_not_make_a_new_address()
    {
        var user = new TestUser(host.Url, "", "");
        // Each as from another address: had each a bucket of its own, 39 would be left in every one.
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => user.GetAsync("/v1/market/stocks/MSFT", ("X-Forwarded-For", $"203.0.113.{i}")))
        );
        Assert.InRange(
            replies.Min(r => int.Parse(r.Header("RateLimit-Remaining")!, System.Globalization.CultureInfo.InvariantCulture)),
            0,
            36
        );
    }
}
