using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentInvest.Functions.Runtime;

namespace AgentInvest.Api.Tests;

/// <summary>What those who run it, or build against it, look at.</summary>
public sealed partial class OpsTests(TestHost host) : IClassFixture<TestHost>
{
    private readonly TestUser _anyone = new(host.Url, "", "");

    [Fact]
    public async Task Metrics_are_Prometheus_text_of_every_part_of_the_host()
    {
        await _anyone.GetAsync("/v1/market/stocks/AAPL");
        var text = "";
        string[] wanted =
        [
            "microsoft_aspnetcore_hosting_http_server_request_duration_count{", "npgsql_db_client_connection_count{",
            "trigger=\"timer\"", "trigger=\"activity\"", "trigger=\"orchestration\"",
        ];
        for (var i = 0; i < 300 && !wanted.All(w => text.Contains(w, StringComparison.Ordinal)); i++)
        {
            var reply = await _anyone.GetAsync("/metrics");
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", reply.Header("Content-Type"));
            text = reply.Text;
            await Task.Delay(100);
        }
        Assert.All(wanted, w => Assert.Contains(w, text));
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.Matches(MetricLine(), line);
        Assert.DoesNotContain("Password=", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_every_function()
    {
        var document = (await _anyone.GetAsync("/openapi/v1.json")).Json;
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString());
        var operations = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => (Path: p.Name, Method: o.Name, Operation: o.Value)))
            .ToList();
        Assembly[] apps =
        [
            typeof(Functions.Auth.AuthFunctions).Assembly,
            typeof(Functions.Market.MarketFunctions).Assembly,
            typeof(Functions.Portfolio.PortfolioFunctions).Assembly,
            typeof(Functions.AI.AnalysisFunctions).Assembly,
        ];
        var functions = apps.SelectMany(a => a.GetTypes())
            .SelectMany(t => t.GetMethods())
            .Where(m =>
                m.GetCustomAttribute<FunctionAttribute>() is not null
                && m.GetParameters().Any(p => p.IsDefined(typeof(HttpTriggerAttribute)))
            )
            .Select(m => m.GetCustomAttribute<FunctionAttribute>()!.Name);
        var ids = operations.Select(o => o.Operation.GetProperty("operationId").GetString()!).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
        // A function of two methods is two operations, the second named after its method.
        Assert.Equal(
            functions.Order(StringComparer.Ordinal),
            ids.Where(i => !(i.EndsWith("Post", StringComparison.Ordinal) && ids.Contains(i[..^4]))).Order(StringComparer.Ordinal)
        );
        Assert.All(
            operations,
            o =>
            {
                var named = o.Operation.TryGetProperty("parameters", out var parameters)
                    ? parameters
                        .EnumerateArray()
                        .Where(p => p.GetProperty("in").GetString() == "path")
                        .Select(p => p.GetProperty("name").GetString()!)
                    : [];
                Assert.Equal(RouteValue().Matches(o.Path).Select(m => m.Groups[1].Value), named);
                Assert.Contains(o.Operation.GetProperty("responses").EnumerateObject(), r => r.Name[0] is '2' or '3');
                Assert.All(
                    o.Operation.GetProperty("responses").EnumerateObject(),
                    r =>
                        Assert.True(
                            r.Value.TryGetProperty("description", out _) || r.Value.TryGetProperty("$ref", out _),
                            $"{o.Path} {r.Name}"
                        )
                );
                foreach (var scheme in o.Operation.GetProperty("security").EnumerateArray().SelectMany(s => s.EnumerateObject()))
                    Assert.True(
                        document.GetProperty("components").GetProperty("securitySchemes").TryGetProperty(scheme.Name, out _),
                        scheme.Name
                    );
            }
        );
        var references = References(document).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.True(Resolves(document, r), r));
    }

    [Fact]
    public async Task The_committed_OpenAPI_document_is_the_one_that_is_served() =>
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs", "openapi", "v1.json")),
            (await _anyone.GetAsync("/openapi/v1.json")).Text
        );

    [Fact]
    public async Task The_documentation_page_runs_only_the_hosts_own_script()
    {
        var page = await _anyone.GetAsync("/docs");
        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (page.Status, page.Header("Content-Type")));
        var policy = page.Header("Content-Security-Policy")!;
        var nonce = Regex.Match(policy, "script-src 'self' 'nonce-([^']+)'").Groups[1].Value;
        Assert.Contains($"<script nonce=\"{nonce}\">", page.Text);
        Assert.Contains("connect-src 'self'", policy);
        Assert.DoesNotContain("http", policy);
        Assert.NotEqual(policy, (await _anyone.GetAsync("/docs")).Header("Content-Security-Policy"));
        var script = Assert.Single(Regex.Matches(page.Text, "src=\"([^\"]+)\"")).Groups[1].Value;
        var source = await _anyone.GetAsync(script);
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (source.Status, source.Header("Content-Type")));
        Assert.Contains("createApiReference", source.Text);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", source.Header("Content-Security-Policy"));
        Assert.Contains("url: '/v1/openapi/v1.json'", page.Text);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs")]
    [InlineData("/metrics")]
    [InlineData("/dev/outbox?to=nobody@example.com")]
    [InlineData("/market/stocks/AAPL")]
    public async Task The_prefix_may_be_left_out(string path)
    {
        var (with, without) = (await _anyone.GetAsync("/v1" + path), await _anyone.GetAsync(path));
        Assert.Equal((HttpStatusCode.OK, with.Status), (without.Status, without.Status));
        Assert.Equal(with.Header("Content-Type"), without.Header("Content-Type"));
        Assert.Equal(HttpStatusCode.NotFound, (await _anyone.GetAsync("/v2" + path)).Status);
    }

    [Fact]
    public async Task The_trace_id_of_a_problem_finds_its_log_line()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var process = await HostProcess.StartAsync(database.ConnectionString);
        await database.AllowConnectionsAsync(false);
        var refused = await new TestUser(process.Url, "", "").PostAsync(
            "/v1/auth/login",
            new { email = "nobody@example.com", password = "a passphrase of mine" }
        );
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        var trace = refused.Json.GetProperty("traceId").GetString()!;
        for (var i = 0; i < 100 && !process.Log.Contains(trace, StringComparison.Ordinal); i++) await Task.Delay(50);
        var lines = process
            .Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l.StartsWith('{')) // The line that says it is ready, and the links below it, are for people.
            .Select(l => JsonDocument.Parse(l).RootElement)
            .ToList();
        Assert.Equal(7, process.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - lines.Count);
        var line = lines.First(l => l.ToString().Contains(trace, StringComparison.Ordinal));
        Assert.Equal(
            ("Warning", trace),
            (line.GetProperty("LogLevel").GetString(), line.GetProperty("Scopes")[0].GetProperty("TraceId").GetString())
        );
        Assert.True(line.GetProperty("Timestamp").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
    }

    private static IEnumerable<string> References(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(m => m.NameEquals("$ref") ? [m.Value.GetString()!] : References(m.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static bool Resolves(JsonElement document, string reference)
    {
        var at = document;
        foreach (
            var step in reference
                .TrimStart('#')
                .Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Select(s =>
                    Uri.UnescapeDataString(s).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
                )
        )
        {
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, out var i) && i < at.GetArrayLength()) at = at[i];
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) return false;
        }
        return reference.StartsWith('#');
    }

    [GeneratedRegex(
        """^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*"""
            + """(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*\})? (NaN|[+-]Inf|-?[0-9.eE+-]+))$"""
    )]
    private static partial Regex MetricLine();

    [GeneratedRegex(@"\{([A-Za-z0-9]+)\}")]
    private static partial Regex RouteValue();
}
