using System.Diagnostics;

namespace AgentInvest.AzureHost.Tests;

/// <summary>Every function app as it is deployed, published once in a test run.</summary>
internal static class PackedApps
{
    private static readonly Lazy<Task<string>> Published = new(PublishAsync);

    public static string[] Names { get; } = ["Auth", "Market", "Portfolio", "AI"];

    /// <summary>Where the folders of the apps are.</summary>
    public static Task<string> RootAsync() => Published.Value;

    public static async Task<string> FolderAsync(string app) => Path.Combine(await Published.Value, app);

    /// <summary>Runs a script of the checkout.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test host sets for itself would reach MSBuild.
        foreach (var name in start.Environment.Keys.Where(OfTestHost).ToList()) start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private static async Task<string> PublishAsync()
    {
        var root = Path.Combine(Checkout.TestHome, "packed");
        var standIn = Path.Combine(Checkout.Root, "tests", "AzureHost.Tests", "SignalRStandIn.cs");
        // The same sources have been analysed in the Local flavour.
        var (code, output) = await RunAsync(
            "bash",
            "build/publish-apps.sh",
            root,
            $"-p:SignalRStandIn={standIn}",
            "-p:RunAnalyzers=false",
            "-v:q",
            "-clp:ErrorsOnly"
        );
        return code == 0 ? root : throw new InvalidOperationException(output);
    }

    private static bool OfTestHost(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("CORECLR", StringComparison.OrdinalIgnoreCase);
}
