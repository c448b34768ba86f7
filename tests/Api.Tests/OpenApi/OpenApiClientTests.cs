using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentInvest.Api.Tests;

/// <summary>A host whose every operation has been called once the walk is asked for.</summary>
public sealed class WalkedHost : TestHost
{
    private readonly Lazy<Task<OperationWalk>> _walk;

    public WalkedHost() => _walk = new Lazy<Task<OperationWalk>>(RunAsync);

    internal Task<OperationWalk> WalkAsync() => _walk.Value;

    internal async Task<JsonElement> DocumentAsync() => (await new TestUser(Url, "", "").GetAsync("/v1/openapi/v1.json")).Json;

    private async Task<OperationWalk> RunAsync()
    {
        var walk = new OperationWalk(this, await DocumentAsync());
        var limited = new LimitedHost();
        await limited.InitializeAsync();
        try
        {
            await walk.SucceedAsync();
            await walk.FailAsync(limited);
        }
        finally
        {
            await limited.DisposeAsync();
        }
        return walk;
    }
}

/// <summary>The OpenAPI document as those meet it who build on it: generators of clients, linters, validators.</summary>
public sealed partial class OpenApiClientTests(WalkedHost host) : IClassFixture<WalkedHost>
{
    private static string Sources => Path.Combine(Checkout.Root, "tests", "Api.Tests", "OpenApi");

    /// <summary>Within the checkout, so that node finds the packages.</summary>
    private static string Folder => Directory.CreateDirectory(Path.Combine(Checkout.Root, ".local", "test", "openapi")).FullName;

    [ProgramFact("node")]
    public async Task A_typed_client_compiles_strictly_and_walks_from_a_registration_to_an_optimum()
    {
        foreach (var source in new[] { "walk.ts", "tsconfig.json" })
            File.Copy(Path.Combine(Sources, source), Path.Combine(Folder, source), overwrite: true);
        await NodeAsync(
            Package("openapi-typescript", "bin", "cli.js"),
            await SaveDocumentAsync("client"),
            "-o",
            Path.Combine(Folder, "schema.d.ts")
        );
        await NodeAsync(Package("typescript", "bin", "tsc"), "-p", Folder);
        var told = await NodeAsync(
            "--input-type=module",
            "-e",
            "const { walk } = await import(process.argv[1]); console.log(await walk(process.argv[2]));",
            new Uri(Path.Combine(Folder, "walk.js")).AbsoluteUri,
            host.Url.ToString().TrimEnd('/')
        );
        Assert.Equal("buy 10 number 2 1.000000", told.Trim());
    }

    [ProgramFact("node")]
    public async Task The_linter_has_neither_an_error_nor_a_warning()
    {
        var report = await NodeAsync(
            Package("@redocly", "cli", "bin", "cli.js"),
            "lint",
            await SaveDocumentAsync("lint"),
            "--config",
            Path.Combine(Sources, "redocly.yaml"),
            "--format=json"
        );
        var totals = JsonDocument.Parse(report[report.IndexOf('{', StringComparison.Ordinal)..]).RootElement.GetProperty("totals");
        Assert.True((totals.GetProperty("errors").GetInt32(), totals.GetProperty("warnings").GetInt32()) == (0, 0), report);
    }

    [ProgramFact("node")]
    public async Task Every_answer_is_valid_against_the_document()
    {
        var answers = Path.Combine(Folder, "answers.json");
        await File.WriteAllTextAsync(answers, JsonSerializer.Serialize((await host.WalkAsync()).Answers, JsonSerializerOptions.Web));
        var script = Path.Combine(Sources, "validate.mjs");
        var faults = await NodeAsync(script, await SaveDocumentAsync("answers-document"), answers);
        Assert.True(faults.Length == 0, faults);
    }

    [Fact]
    public async Task Every_operation_is_seen_to_succeed()
    {
        var walk = await host.WalkAsync();
        var seen = walk.Answers.Where(a => a.Status is >= 200 and < 300).Select(a => a.OperationId).ToHashSet();
        Assert.All(
            walk.Operations.Where(o => !seen.Contains(o.Id)),
            o =>
                Assert.True(
                    OperationWalk.WithoutSuccess.ContainsKey(o.Id),
                    $"{o.Id}: {string.Join("\n", walk.Answers.Where(a => a.OperationId == o.Id).Select(a => $"{a.Status} {a.Body}"))}"
                )
        );
    }

    [Fact]
    public async Task Every_operation_that_can_refuse_is_seen_to()
    {
        var walk = await host.WalkAsync();
        var seen = walk.Answers.Where(a => a.ContentType == "application/problem+json").Select(a => a.OperationId).ToHashSet();
        // Health and the keys take no parameter, know no caller and no limit.
        Assert.Equal(
            ["HealthLive", "HealthReady", "Jwks"],
            walk.Operations.Select(o => o.Id).Where(id => !seen.Contains(id)).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Every_example_of_a_body_is_valid_as_it_stands()
    {
        var faults = await new OperationWalk(host, await host.DocumentAsync()).SendExamplesAsync();
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    [Fact]
    public async Task Every_required_parameter_has_an_example_unless_it_is_an_id()
    {
        var document = await host.DocumentAsync();
        var faults =
            from operation in OperationWalk.Read(document)
            from parameter in operation.Parameters
            where parameter.GetProperty("required").GetBoolean() && !parameter.TryGetProperty("example", out _)
            let name = parameter.GetProperty("name").GetString()
            where name is not ("id" or "instanceId" or "token")
            select $"{operation.Id}: {name}";
        Assert.Empty(faults);
    }

    [Fact]
    public async Task No_example_has_a_null()
    {
        var document = await host.DocumentAsync();
        Assert.All(
            OperationWalk.Read(document).Where(o => o.Body is not null),
            o =>
                Assert.DoesNotContain(
                    o.Body!.Value.EnumerateObject(),
                    m => m.Value.TryGetProperty("example", out var example) && NullMember().IsMatch(example.GetRawText())
                )
        );
    }

    [Fact]
    public async Task References_lead_to_components_and_never_inside_them() =>
        Assert.All(
            Reference().Matches((await host.DocumentAsync()).GetRawText()).Select(m => m.Groups[1].Value),
            r => Assert.Matches(@"^#/components/\w+/\w+$", r)
        );

    private async Task<string> SaveDocumentAsync(string name)
    {
        var path = Path.Combine(Folder, name + ".json");
        await File.WriteAllTextAsync(path, (await host.DocumentAsync()).GetRawText());
        return path;
    }

    private static string Package(params string[] path) => Path.Combine([Checkout.Root, "node_modules", .. path]);

    private static async Task<string> NodeAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(process.ExitCode == 0, $"node {arguments[0]}:\n{await output}\n{await errors}");
        return await output;
    }

    [GeneratedRegex("\"\\$ref\":\\s*\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex(@"[:,\[]\s*null\b")]
    private static partial Regex NullMember();
}
