using System.Diagnostics;

namespace AgentInvest.Api.Tests;

/// <summary>The script <c>./dev</c>, in a folder of its own with stand-ins of npm and dotnet.</summary>
public sealed class DevScriptTests : IDisposable
{
    private const string Sdk = "[ \"$1\" = --list-sdks ] && echo '10.0.100 [/sdk]' && exit\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("dev-").FullName;

    public DevScriptTests()
    {
        File.Copy(Path.Combine(Checkout.Root, "dev"), Path.Combine(_folder, "dev"));
        foreach (var folder in new[] { "src/LocalHost/obj", "build", "db", "bin" })
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        foreach (var file in new[] { "host.json", "global.json", "Directory.Build.props", "Directory.Packages.props", ".editorconfig" })
            File.WriteAllText(Path.Combine(_folder, file), "");
        File.WriteAllText(Path.Combine(_folder, "package-lock.json"), "{}");
        StandIn("node", "");
        StandIn("npm", "mkdir -p node_modules; echo noise");
        StandIn("dotnet", Sdk + "echo \"dotnet $*\"");
    }

    [Fact]
    public async Task The_first_start_says_each_step_with_its_seconds()
    {
        var (code, output) = await RunAsync("up");
        Assert.Equal(0, code);
        foreach (var step in new[] { "Installing npm packages", "Restoring .NET packages", "Building" })
            Assert.Matches($"{step} …\n{step} … [0-9]+ s\n", output);
        Assert.DoesNotContain("noise", output);
    }

    [Fact]
    public async Task A_start_with_nothing_to_do_goes_straight_to_the_host()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "src/LocalHost/bin/Release/net10.0"));
        File.WriteAllText(Path.Combine(_folder, "src/LocalHost/bin/Release/net10.0/AgentInvest.LocalHost.dll"), "");
        await RunAsync("up");
        var (_, output) = await RunAsync("up");
        Assert.Equal("dotnet src/LocalHost/bin/Release/net10.0/AgentInvest.LocalHost.dll", output.Trim());
    }

    [Fact]
    public async Task A_step_that_fails_shows_its_output()
    {
        StandIn("dotnet", Sdk + "echo 'error CS0000: of the compiler'; exit 1");
        var (code, output) = await RunAsync("up");
        Assert.Equal(1, code);
        Assert.Contains("error CS0000: of the compiler\ndev: the restore failed\n", output);
    }

    [Theory]
    [InlineData("npm")]
    [InlineData("dotnet")]
    public async Task Ctrl_C_during_a_step_ends_it_and_all_that_it_started(string program)
    {
        var pids = Path.Combine(_folder, "pids");
        StandIn(program, (program == "dotnet" ? Sdk : "") + $"sleep 300 & echo $! >>{pids}; echo $$ >>{pids}; wait");
        using var dev = Start("up");
        var output = dev.StandardError.ReadToEndAsync();
        for (var i = 0; !File.Exists(pids) || File.ReadAllLines(pids).Length < 2; i++)
        {
            Assert.True(i < 600 && !dev.HasExited);
            await Task.Delay(50);
        }
        using var interrupt = Process.Start("kill", ["-INT", $"{dev.Id}"]);
        await dev.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(130, dev.ExitCode);
        Assert.EndsWith("\ndev: stopped\n", await output);
        foreach (var pid in await File.ReadAllLinesAsync(pids)) Assert.False(IsAlive(pid), pid);
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("Y", true)]
    [InlineData("yes", true)]
    [InlineData("n", false)]
    [InlineData("", false)]
    public async Task Reset_goes_on_after_a_yes_alone(string answer, bool goesOn)
    {
        var (code, output) = await RunAsync("reset", answer + "\n");
        Assert.Equal(goesOn ? 0 : 1, code);
        Assert.Equal(goesOn, output.Contains("AgentInvest.LocalHost.dll reset", StringComparison.Ordinal));
        Assert.Equal(!goesOn, output.Contains("dev: nothing was deleted", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A process that has ended and waits for whoever inherited it is not alive.</summary>
    private static bool IsAlive(string pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private void StandIn(string program, string script)
    {
        var path = Path.Combine(_folder, "bin", program);
        File.WriteAllText(path, "#!/usr/bin/env bash\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Process Start(string command)
    {
        // A test run in the background is started with SIGINT ignored, which its children inherit.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "bash", Path.Combine(_folder, "dev"), command])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Path.Combine(_folder, "bin")}:/usr/local/bin:/usr/bin:/bin";
        start.Environment["AGENTINVEST_HOME"] = Path.Combine(_folder, "home");
        return Process.Start(start)!;
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string command, string input = "")
    {
        using var dev = Start(command);
        await dev.StandardInput.WriteAsync(input);
        dev.StandardInput.Close();
        var errors = dev.StandardError.ReadToEndAsync();
        var output = await dev.StandardOutput.ReadToEndAsync();
        await dev.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (dev.ExitCode, await errors + output);
    }
}
