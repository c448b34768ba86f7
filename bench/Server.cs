using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AgentInvest.Bench;

/// <summary>One side of a comparison: a program in a process of its own, on a free port, whose processor time can be read.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Process _process;

    private Server(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Returns when the program has reported that it is ready.</summary>
    public static async Task<Server> StartAsync(
        string program,
        IEnumerable<string> arguments,
        string home,
        string connectionString,
        IReadOnlyDictionary<string, string>? settings = null
    )
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["AGENTINVEST_HOME"] = Path.Combine(home, "host");
        start.Environment["AGENTINVEST_PORT"] = port;
        start.Environment["ConnectionStrings__Postgres"] = connectionString;
        start.Environment["Auth__PasswordCost"] = "4";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        foreach (var limit in new[] { "Anonymous", "Free", "Login" }) start.Environment["RateLimits__" + limit] = "100000000";
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var ready = new TaskCompletionSource();
        var server = new Server(new Process { StartInfo = start }, new Uri("http://localhost:" + port));
        server._process.OutputDataReceived += (_, e) =>
        {
            if (e.Data?.Contains("ready", StringComparison.Ordinal) == true) ready.TrySetResult();
        };
        server._process.Start();
        server._process.BeginOutputReadLine();
        try
        {
            await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
            return server;
        }
        catch (TimeoutException)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"{program} did not become ready.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
