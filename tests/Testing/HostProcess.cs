using System.Diagnostics;
using System.Text;

namespace AgentInvest.Testing;

/// <summary>
/// The local host, or another program that prints the same ready line, as a process of its own: killed, stopped and started again by tests.
/// </summary>
public sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    public static string HostProgram =>
        Path.Combine(
            Checkout.Root,
            "src",
            "LocalHost",
            "bin",
            AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug",
            "net10.0",
            "AgentInvest.LocalHost.dll"
        );

    public Uri Url { get; }

    public int Id => _process.Id;

    public string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    /// <param name="connectionString">A database to use; null starts the embedded server under the home.</param>
    /// <param name="settings">Environment variables, <c>Section__Key</c>.</param>
    /// <param name="home">Of an earlier host, to start again where it ended.</param>
    /// <param name="port">Of an earlier host, so that its tokens stay good; 0 for a free one.</param>
    /// <param name="program">Another program than the local host.</param>
    public static async Task<HostProcess> StartAsync(
        string? connectionString,
        IReadOnlyDictionary<string, string>? settings = null,
        string? home = null,
        int port = 0,
        string? program = null
    )
    {
        if (port == 0) port = Ports.Free();
        var start = new ProcessStartInfo("dotnet", [program ?? HostProgram])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Checkout.Root,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.Contains("__", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["AGENTINVEST_ROOT"] = Checkout.Root;
        start.Environment["AGENTINVEST_PORT"] = $"{port}";
        start.Environment["AGENTINVEST_HOME"] = home ?? NewHome();
        start.Environment["Auth__PasswordCost"] = "4";
        if (connectionString is not null) start.Environment["ConnectionStrings__Postgres"] = connectionString;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) start.Environment[name] = value;

        var host = new HostProcess(new Process { StartInfo = start }, new Uri($"http://localhost:{port}"));
        host._process.OutputDataReceived += (_, e) => host.OnOutput(e.Data);
        host._process.ErrorDataReceived += (_, e) => host.OnOutput(e.Data);
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        var ended = host._process.WaitForExitAsync();
        if (await Task.WhenAny(host._ready.Task, ended, Task.Delay(TimeSpan.FromSeconds(60))) != host._ready.Task)
        {
            host.Kill9();
            throw new InvalidOperationException($"The host did not become ready:\n{host.Log}");
        }
        return host;
    }

    public static string NewHome() => Path.Combine(Checkout.TestHome, "hosts", Guid.NewGuid().ToString("N")[..12]);

    /// <summary>The exit code and the output of a start that is meant to fail, or of a command such as <c>down</c>.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string home, int port, params string[] arguments) =>
        RunAsync(home, port, [], arguments);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        string home,
        int port,
        Dictionary<string, string> settings,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo("dotnet", [HostProgram, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AGENTINVEST_ROOT"] = Checkout.Root;
        start.Environment["AGENTINVEST_HOME"] = home;
        start.Environment["AGENTINVEST_PORT"] = $"{port}";
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, await output + await errors);
    }

    private void OnOutput(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
        if (line.StartsWith("AgentInvest is ready on ", StringComparison.Ordinal)) _ready.TrySetResult();
    }

    public void Kill9()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>As Ctrl-C or an orchestrator would; answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
        }
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }
}
