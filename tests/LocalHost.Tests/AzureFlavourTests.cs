using System.Diagnostics;

namespace AgentInvest.LocalHost.Tests;

/// <summary>
/// The function apps against the official worker packages: the same source, its Program.cs and the middleware included. Functions.Market is not among them: its
/// SignalR extension is not in every feed (docs/decisions/0002).
/// </summary>
public sealed class AzureFlavourTests
{
    [Theory]
    [InlineData("Functions.Auth", "\"Login\"")]
    [InlineData("Functions.Portfolio", "\"orchestrationTrigger\"")]
    [InlineData("Functions.AI", "\"OptimizePortfolio\"")]
    public async Task Function_apps_compile_against_the_official_worker(string project, string trigger)
    {
        var start = new ProcessStartInfo("dotnet", ["build", Path.Combine("src", project), "-c", "Release", "-p:FunctionsRuntime=Azure", "-v", "q", "--nologo", "-clp:ErrorsOnly"])
        {
            WorkingDirectory = Checkout.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // What the test host sets for itself would reach MSBuild.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || k.StartsWith("CORECLR", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        using var build = Process.Start(start)!;
        var errors = build.StandardError.ReadToEndAsync();
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, output + await errors);
        var built = Path.Combine(Checkout.Root, "src", project, "bin", "azure", "Release", "net10.0");
        Assert.True(File.Exists(Path.Combine(built, $"AgentInvest.{project}.dll")));
        Assert.False(File.Exists(Path.Combine(built, "AgentInvest.Functions.Runtime.dll")));
        // What the Functions host reads to find the triggers.
        var metadata = await File.ReadAllTextAsync(Path.Combine(built, "functions.metadata"));
        Assert.Contains(trigger, metadata, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(built, "host.json")));
    }
}
