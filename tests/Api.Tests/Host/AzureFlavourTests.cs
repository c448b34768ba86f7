using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentInvest.Api.Tests;

/// <summary>
/// The function apps against the official worker packages: the same source, its Program.cs and the middleware included, packed as they are
/// deployed.
/// </summary>
public sealed partial class AzureFlavourTests
{
    [Theory]
    [InlineData("Auth", "\"Login\"")]
    [InlineData("Portfolio", "\"orchestrationTrigger\"")]
    [InlineData("AI", "\"OptimizePortfolio\"")]
    public async Task Function_apps_are_packed_for_the_official_host(string app, string trigger)
    {
        var folder = Directory.CreateTempSubdirectory("agentinvest-package-").FullName;
        var (code, output) = await RunAsync("bash", "build/package-app.sh", app, folder, "-v", "q", "-clp:ErrorsOnly");
        Assert.True(code == 0, output);
        using var zip = ZipFile.OpenRead(Path.Combine(folder, $"{app.ToLowerInvariant()}.zip"));
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
        Assert.Equal(
            $"AgentInvest.Functions.{app}.dll",
            JsonDocument
                .Parse(await TextAsync(zip, "worker.config.json"))
                .RootElement.GetProperty("description")
                .GetProperty("defaultWorkerPath")
                .GetString()
        );
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Its SignalR extension is not in every feed (docs/decisions/0002). Without it the compiler misses the two types that the extension
    /// brings, and has nothing else to say about the app; where the feed has it, the app is packed like the others by
    /// build/package-apps.sh.
    /// </summary>
    [Fact]
    public async Task Functions_Market_lacks_nothing_but_its_SignalR_extension()
    {
        var targets = Path.Combine(Directory.CreateTempSubdirectory("agentinvest-market-").FullName, "without-signalr.targets");
        await File.WriteAllTextAsync(
            targets,
            """
            <Project>
              <ItemGroup><PackageReference Remove="Microsoft.Azure.Functions.Worker.Extensions.SignalRService" /></ItemGroup>
            </Project>
            """
        );
        var (code, output) = await RunAsync(
            "dotnet",
            "build",
            "src/Functions.Market",
            "-c",
            "Release",
            "-p:FunctionsRuntime=Azure",
            $"-p:CustomBeforeMicrosoftCommonTargets={targets}",
            "-v",
            "q",
            "--nologo",
            "-clp:ErrorsOnly"
        );
        Directory.Delete(Path.GetDirectoryName(targets)!, recursive: true);
        Assert.NotEqual(0, code);
        var errors = Errors().Matches(output).Select(m => (Code: m.Groups["code"].Value, Text: m.Groups["text"].Value)).Distinct().ToList();
        Assert.True(errors.Count > 0, output);
        Assert.All(
            errors,
            e =>
                Assert.True(
                    e.Code == "CS0246"
                        && (
                            e.Text.Contains("'SignalROutput'", StringComparison.Ordinal)
                            || e.Text.Contains("'SignalROutputAttribute'", StringComparison.Ordinal)
                            || e.Text.Contains("'SignalRMessageAction'", StringComparison.Ordinal)
                        ),
                    $"{e.Code} {e.Text}"
                )
        );
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test host sets for itself would reach MSBuild.
        foreach (
            var name in start
                .Environment.Keys.Where(k =>
                    k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
                    || k.StartsWith("CORECLR", StringComparison.OrdinalIgnoreCase)
                )
                .ToList()
        )
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private static async Task<string> TextAsync(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return await reader.ReadToEndAsync();
    }

    [GeneratedRegex(@"error (?<code>[A-Z]+\d+): (?<text>.+?) \[", RegexOptions.Multiline)]
    private static partial Regex Errors();
}
