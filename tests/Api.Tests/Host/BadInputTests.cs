using System.Net;
using System.Text.Json;

namespace AgentInvest.Api.Tests;

public sealed class BadInputTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Transactions = "/v1/portfolio/transactions";

    public static TheoryData<string, int, string, string?> Bookings =>
        new()
        {
            { "{\"type\":\"buy\"", 400, "validation_failed", "" },
            {
                """{"type":"buy","symbol":"AAPL","quantity":1,"price":1,"executedAt":"2024-01-02T15:00:00Z","colour":"red"}""",
                400,
                "validation_failed",
                "colour"
            },
            {
                """{"type":"buy","type":"sell","symbol":"AAPL","quantity":1,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "type"
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":-1,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "quantity"
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":0,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "quantity"
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":"NaN","price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "quantity"
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":NaN,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                null
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":0.12345678901,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "quantity"
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":1e30,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "quantity"
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":1e17,"price":1e17,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "quantity"
            },
            { """{"type":"buy","symbol":"AAPL","quantity":1,"executedAt":"2024-01-02T15:00:00Z"}""", 400, "validation_failed", "price" },
            {
                """{"type":"buy","symbol":"AAPL","quantity":1,"price":1,"amount":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "amount"
            },
            { """{"type":"buy","symbol":"AAPL","quantity":1,"price":1}""", 400, "validation_failed", "executedAt" },
            {
                """{"type":"buy","symbol":"AAPL","quantity":1,"price":1,"executedAt":"2999-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "executedAt"
            },
            {
                """{"type":"gift","symbol":"AAPL","quantity":1,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "type"
            },
            {
                """{"type":"buy","symbol":"A B","quantity":1,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "symbol"
            },
            {
                """{"type":"buy","symbol":"AAPL","quantity":1,"price":1,"currency":"XXX","executedAt":"2024-01-02T15:00:00Z"}""",
                400,
                "validation_failed",
                "currency"
            },
            { """{"type":"deposit","amount":-5,"executedAt":"2024-01-02T15:00:00Z"}""", 400, "validation_failed", "amount" },
            { """{"type":"split","symbol":"AAPL","executedAt":"2024-01-02T15:00:00Z"}""", 400, "validation_failed", "ratio" },
            {
                """{"type":"buy","symbol":"NOSUCH","quantity":1,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                404,
                "not_found",
                "symbol"
            },
            {
                """{"type":"sell","symbol":"MSFT","quantity":1,"price":1,"executedAt":"2024-01-02T15:00:00Z"}""",
                422,
                "insufficient_quantity",
                "quantity"
            },
        };

    [Theory]
    [MemberData(nameof(Bookings))]
    public async Task A_bad_booking_is_refused_by_the_name_of_its_field(string body, int status, string code, string? field)
    {
        var user = await host.SignUpAsync();
        var before = (await user.GetAsync("/v1/portfolio")).Header("ETag");
        var reply = await user.PostRawAsync(Transactions, body);
        AssertProblem(reply, status, code);
        if (field is not null) Assert.True(reply.Json.GetProperty("errors").TryGetProperty(field, out _), reply.Text);
        Assert.Equal(0, (await user.GetAsync(Transactions)).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(before, (await user.GetAsync("/v1/portfolio")).Header("ETag"));
    }

    [Fact]
    public async Task A_body_that_is_too_large_too_deep_or_not_JSON_is_refused()
    {
        var user = await host.SignUpAsync();
        AssertProblem(await user.PostRawAsync(Transactions, "{\"note\":\"" + new string('x', 1 << 20) + "\"}"), 413, "payload_too_large");
        AssertProblem(
            await user.PostRawAsync(Transactions, "{\"note\":" + new string('[', 50) + new string(']', 50) + "}"),
            400,
            "validation_failed"
        );
        AssertProblem(await user.PostRawAsync(Transactions, "{}", "text/plain"), 415, "unsupported_media_type");
    }

    [Fact]
    public async Task Another_users_objects_are_not_found()
    {
        var owner = await host.SignUpAsync();
        var booked = (await owner.BuyAsync("AAPL", 1, 100, "2024-01-02T15:00:00Z")).Json;
        var portfolio = booked.GetProperty("portfolioId").GetString();
        var entries = (await owner.GetAsync(Transactions)).Text;
        var job = (await owner.PostAsync("/v1/portfolio/analytics")).Json.GetProperty("instanceId").GetString();
        var stranger = await host.SignUpAsync();
        foreach (
            var path in new[]
            {
                $"/v1/portfolio?portfolioId={portfolio}",
                $"{Transactions}?portfolioId={portfolio}",
                $"{Transactions}/{booked.GetProperty("id").GetString()}",
                $"/v1/portfolio/performance?portfolioId={portfolio}",
                $"/v1/portfolio/analytics?portfolioId={portfolio}",
                $"/v1/jobs/{job}",
            }
        )
            AssertProblem(await stranger.GetAsync(path), 404, "not_found");
        AssertProblem(await stranger.BuyAsync("AAPL", 1, 100, "2024-01-02T15:00:00Z", $"?portfolioId={portfolio}"), 404, "not_found");
        AssertProblem(await stranger.SendAsync(HttpMethod.Delete, $"/v1/portfolios/{portfolio}", null), 404, "not_found");
        AssertProblem(await stranger.SendAsync(HttpMethod.Delete, $"/v1/jobs/{job}", null), 404, "not_found");
        Assert.Equal(entries, (await owner.GetAsync(Transactions)).Text);
    }

    [Fact]
    public async Task Without_a_sign_in_only_what_is_public_answers()
    {
        var nobody = new TestUser(host.Url, "", "");
        foreach (
            var path in new[]
            {
                "/v1/portfolio",
                "/v1/portfolios",
                Transactions,
                "/v1/portfolio/performance",
                "/v1/portfolio/analytics",
                "/v1/jobs/x",
                "/v1/auth/me",
            }
        )
            AssertProblem(await nobody.GetAsync(path), 401, "unauthenticated");
        AssertProblem(await nobody.PostAsync("/v1/market/realtime/AAPL/negotiate"), 401, "unauthenticated");
        foreach (
            var path in new[]
            {
                "/v1/market/stocks/AAPL",
                "/v1/market/indices",
                "/v1/health/live",
                "/v1/health/ready",
                "/v1/.well-known/jwks.json",
                "/v1/openapi/v1.json",
                "/v1/docs/",
                "/v1/metrics",
                "/health/ready",
                "/openapi/v1.json",
            }
        )
            Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Paths_and_methods_that_do_not_exist_are_problems()
    {
        var nobody = new TestUser(host.Url, "", "");
        AssertProblem(await nobody.GetAsync("/v1/nothing/here"), 404, "not_found");
        AssertProblem(await nobody.GetAsync("/v1/auth/login"), 405, "method_not_allowed");
    }

    [Theory]
    [InlineData("/v1/market/stocks/NOSUCH", 404, "not_found")]
    [InlineData("/v1/market/stocks/A%20B", 400, "validation_failed")]
    [InlineData("/v1/market/stocks/AAPL/history?interval=2d", 400, "validation_failed")]
    [InlineData("/v1/market/stocks/AAPL/history?from=2024-02-30", 400, "validation_failed")]
    [InlineData("/v1/market/stocks/AAPL/history?from=2024-02-03&to=2024-02-01", 400, "validation_failed")]
    [InlineData("/v1/market/quotes", 400, "validation_failed")]
    [InlineData("/v1/market/fx/USD", 400, "validation_failed")]
    [InlineData("/v1/market/fx/USDXYZ", 404, "not_found")]
    [InlineData("/v1/market/stocks/search?q=", 400, "validation_failed")]
    public async Task Bad_queries_to_the_market_are_refused(string path, int status, string code) =>
        AssertProblem(await new TestUser(host.Url, "", "").GetAsync(path), status, code);

    private static void AssertProblem(Reply reply, int status, string code)
    {
        Assert.True((int)reply.Status == status, $"{(int)reply.Status} instead of {status}: {reply.Text}");
        Assert.Equal("application/problem+json", reply.ContentHeaders.ContentType!.MediaType);
        Assert.Equal(code, reply.Code);
        foreach (var member in new[] { "type", "title", "detail", "instance", "traceId" })
            Assert.Equal(JsonValueKind.String, reply.Json.GetProperty(member).ValueKind);
        Assert.Equal(status, reply.Json.GetProperty("status").GetInt32());
        if (status == 400) Assert.Equal(JsonValueKind.Object, reply.Json.GetProperty("errors").ValueKind);
        Assert.DoesNotContain("   at ", reply.Text, StringComparison.Ordinal);
        Assert.NotNull(reply.Header("X-Request-Id"));
        Assert.Equal("nosniff", reply.Header("X-Content-Type-Options"));
        Assert.NotNull(reply.Header("RateLimit-Limit"));
    }
}
