using AgentInvest.AzureHost.Tests.Host;
using AgentInvest.Core.Security;

namespace AgentInvest.AzureHost.Tests;

/// <summary>Apps that start where not everything is there.</summary>
public sealed class StartTests
{
    /// <summary>Of the right form, so that only the database can say whether it is good.</summary>
    private static readonly string UnknownKey = ApiKey.New();

    /// <summary>An app that ends at start, or whose first requests fail for good, is given up by the Functions host.</summary>
    [Theory]
    [InlineData("Auth", "/v1/auth/me")]
    [InlineData("Market", "/v1/market/stocks/AAPL")]
    [InlineData("Portfolio", "/v1/portfolio")]
    [InlineData("AI", "/v1/ai/profile")]
    public async Task An_app_started_without_its_database_is_busy_until_it_comes(string app, string path)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.AllowConnectionsAsync(false);
        await using var host = await StartAsync(app, AzureEnvironment.Settings(database.ConnectionString));
        var first = await AskAsync(host, path);
        Assert.True(IsProblem(first, 503, "busy"), $"{(int)first.Status} {first.Text}\n{string.Join('\n', host.Log)}");
        await database.AllowConnectionsAsync(true);
        await AzureEnvironment.EventuallyAsync(() => AskAsync(host, path), r => (int)r.Status < 500);
    }

    /// <summary>The Functions host drops what a worker logs outside of an invocation.</summary>
    [Fact]
    public async Task What_is_logged_outside_of_an_invocation_leaves_by_OTLP()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.AllowConnectionsAsync(false);
        using var receiver = new OtlpReceiver();
        var settings = AzureEnvironment.Settings(database.ConnectionString);
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url;
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        await using var host = await StartAsync("AI", settings);
        Assert.True(await receiver.ReceivesLogAsync("Revocations could not be read", TimeSpan.FromSeconds(60)));
    }

    /// <summary>Else they would be in Application Insights twice.</summary>
    [Fact]
    public async Task A_worker_that_exports_its_logs_tells_the_host_to_pass_none_on()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = AzureEnvironment.Settings(database.ConnectionString);
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1";
        await using var host = await StartAsync("AI", settings);
        Assert.Equal("true", (string?)(await host.CapabilitiesAsync())["WorkerOpenTelemetryEnabled"], ignoreCase: true);
    }

    private static async Task<FunctionsHost> StartAsync(string app, Dictionary<string, string> settings) =>
        await FunctionsHost.StartAsync(await PackedApps.FolderAsync(app), settings);

    /// <param name="path">Of a function that looks up who asks.</param>
    private static Task<Reply> AskAsync(FunctionsHost host, string path) =>
        new TestUser(host.Url, "nobody", "").GetAsync(path, ("X-Api-Key", UnknownKey));

    /// <summary>A gateway's own answer, while a worker is replaced, has no body.</summary>
    private static bool IsProblem(Reply reply, int status, string code) => (int)reply.Status == status && reply.Code == code;
}
