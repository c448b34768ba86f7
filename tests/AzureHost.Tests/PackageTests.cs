using System.IO.Compression;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace AgentInvest.AzureHost.Tests;

/// <summary>What is deployed: the published folder of an app, checked and zipped by build/package-app.sh.</summary>
public sealed class PackageTests
{
    [Theory]
    [InlineData("Auth", "\"Login\"")]
    [InlineData("Portfolio", "\"orchestrationTrigger\"")]
    [InlineData("AI", "\"OptimizePortfolio\"")]
    public async Task An_app_is_packed_for_the_official_host(string app, string trigger)
    {
        var (code, output) = await PackedApps.RunAsync("bash", "build/package-app.sh", app, await PackedApps.RootAsync());
        Assert.True(code == 0, output);
        using var zip = ZipFile.OpenRead(Path.Combine(await PackedApps.RootAsync(), $"{app.ToLowerInvariant()}.zip"));
        var entries = zip.Entries.Select(e => e.FullName).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string>
            {
                "host.json",
                "worker.config.json",
                "functions.metadata",
                "extensions.json",
                ".azurefunctions/function.deps.json",
                $"AgentInvest.Functions.{app}.dll",
            },
            entries
        );
        Assert.DoesNotContain("AgentInvest.Functions.Runtime.dll", entries);
        Assert.DoesNotContain(entries, e => e.Contains("local.settings", StringComparison.Ordinal));
        // What the Functions host reads to find the triggers, and the process it starts for them.
        Assert.Contains(trigger, await TextAsync(zip, "functions.metadata"), StringComparison.Ordinal);
        var worker = JsonNode.Parse(await TextAsync(zip, "worker.config.json"))!["description"]!["defaultWorkerPath"];
        Assert.Equal($"AgentInvest.Functions.{app}.dll", (string?)worker);
    }

    /// <summary>These tests publish Market with a stand-in for the extension's types; nothing would reach a browser.</summary>
    [Fact]
    public async Task An_app_whose_bindings_lack_their_extension_is_refused()
    {
        var (code, output) = await PackedApps.RunAsync("bash", "build/package-app.sh", "Market", await PackedApps.RootAsync());
        Assert.NotEqual(0, code);
        Assert.Contains("lacks the extension Microsoft.Azure.WebJobs.Extensions.SignalRService", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_app_is_not_zipped()
    {
        await PackedApps.RunAsync("bash", "build/package-app.sh", "Market", await PackedApps.RootAsync());
        Assert.False(File.Exists(Path.Combine(await PackedApps.RootAsync(), "market.zip")));
    }

    /// <summary>One that is not would be published by nobody's hand.</summary>
    [Fact]
    public void Every_app_is_published()
    {
        var apps = Directory
            .GetDirectories(Path.Combine(Checkout.Root, "src"), "Functions.*")
            .Where(d => File.Exists(Path.Combine(d, "Program.cs")))
            .Select(d => Path.GetFileName(d)["Functions.".Length..])
            .Order(StringComparer.Ordinal);
        Assert.Equal(PackedApps.Names.Order(StringComparer.Ordinal), apps);
        var published = JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "build", "apps.slnf")))!["solution"]!["projects"]!;
        Assert.Equal(apps.Select(a => $"src/Functions.{a}/Functions.{a}.csproj"), published.AsArray().Select(p => (string)p!));
    }

    /// <summary>Otherwise these tests would run orchestrations on another extension than Azure does.</summary>
    [Fact]
    public async Task The_durable_extension_under_test_is_the_packed_one()
    {
        var file = Path.Combine(
            await PackedApps.FolderAsync("Portfolio"),
            ".azurefunctions",
            "Microsoft.Azure.WebJobs.Extensions.DurableTask.dll"
        );
        var tested = typeof(DurableTaskExtension).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()!.Version;
        Assert.Equal(tested, System.Diagnostics.FileVersionInfo.GetVersionInfo(file).FileVersion);
    }

    private static async Task<string> TextAsync(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return await reader.ReadToEndAsync();
    }
}
