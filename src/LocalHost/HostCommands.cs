using System.Diagnostics;
using System.Globalization;
using AgentInvest.Auth.Audit;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.LocalHost.Postgres;

namespace AgentInvest.LocalHost;

/// <summary>What <c>./dev</c> asks of the host program beside running it.</summary>
internal static class HostCommands
{
    /// <summary>Prints what runs on this home: the host, whether it is ready, PostgreSQL, and where the home is.</summary>
    public static async Task<int> StatusAsync()
    {
        var (holder, server) = (HostHome.Holder(), EmbeddedPostgres.Running(HostHome.Path));
        var host = holder is { } h ? $"{h.Url}, process {h.Pid}, {await StateAsync(h.Url)}" : "not running";
        Console.WriteLine($"Host        {host}");
        Console.WriteLine($"PostgreSQL  {(server is { } s ? $"port {s.Port}, process {s.Pid}" : "not running")}");
        Console.WriteLine($"Home        {HostHome.Path}");
        return 0;
    }

    /// <summary>Stops the host of this home as Ctrl-C would, then a server that was left over.</summary>
    public static async Task<int> DownAsync()
    {
        if (!await StopAsync()) Console.WriteLine("Nothing was running.");
        return 0;
    }

    public static async Task<int> ResetAsync()
    {
        await StopAsync();
        var deleted = false;
        if (File.Exists(Path.Combine(HostHome.Path, "postgres", "MOVED")))
            deleted |= Delete((await File.ReadAllTextAsync(Path.Combine(HostHome.Path, "postgres", "MOVED"))).Trim().Split(' ')[^1]);
        string[] names = ["postgres", "postgres.password", "postgres.lock", "master.key", "audit.anchor", "host.lock", "host.pid"];
        foreach (var name in names) deleted |= Delete(Path.Combine(HostHome.Path, name));
        Console.WriteLine(deleted ? $"All state in {HostHome.Path} is deleted." : $"There was no state in {HostHome.Path}.");
        return 0;
    }

    private static async Task<string> StateAsync(string url)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var answer = await http.GetAsync(new Uri(url + "/health/ready"));
            return answer.IsSuccessStatusCode ? "ready" : "not ready";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return "not ready: it does not answer";
        }
    }

    /// <returns>Whether there was anything to stop.</returns>
    private static async Task<bool> StopAsync()
    {
        var holder = HostHome.Holder();
        if (holder is { Pid: var pid })
        {
            using var signal = Process.Start("kill", ["-TERM", pid.ToString(CultureInfo.InvariantCulture)]);
            await signal.WaitForExitAsync();
            for (var i = 0; HostHome.Holder() is not null; i++)
            {
                if (i == 300) throw new StartupException($"process {pid} does not stop");
                await Task.Delay(100);
            }
            Console.WriteLine("The host has stopped.");
        }
        var server = await EmbeddedPostgres.StopLeftOverAsync(HostHome.Root, HostHome.Path);
        if (server) Console.WriteLine("PostgreSQL has stopped.");
        return holder is not null || server;
    }

    /// <returns>Whether there was anything to delete.</returns>
    private static bool Delete(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else if (File.Exists(path)) File.Delete(path);
        else return false;
        return true;
    }

    /// <summary>
    /// Recomputes the audit's chains and compares them with their anchor; 0 when nothing was changed. The host may run meanwhile, or not.
    /// </summary>
    public static async Task<int> VerifyAuditAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        FunctionHost.Defaults(builder.Configuration, "http://localhost");
        var running = HostHome.Holder() is not null;
        var postgres = await FunctionHost.StartPostgresAsync(builder.Configuration, CancellationToken.None);
        try
        {
            FunctionHost.AddServices(builder);
            await using var app = builder.Build();
            var report = await app.Services.GetRequiredService<VerifyAudit>().HandleAsync(CancellationToken.None);
            foreach (var fault in report.Faults) Console.WriteLine(fault);
            var verdict = report.Faults.Count == 0 ? "nothing was changed" : $"{report.Faults.Count} faults";
            Console.WriteLine(
                $"{report.Entries} entries of {report.Streams} chains, {report.NotAnchored} of them not anchored yet: {verdict}"
            );
            return report.Faults.Count == 0 ? 0 : 1;
        }
        finally
        {
            if (postgres is not null && !running) await postgres.DisposeAsync();
        }
    }

    /// <summary>
    /// Brings the database of <c>ConnectionStrings__Postgres</c> to this build's schema and starts nothing: for a pipeline, before it ships
    /// the code.
    /// </summary>
    public static async Task<int> MigrateAsync()
    {
        await Migrations.ApplyAsync(
            Environment.GetEnvironmentVariable("ConnectionStrings__Postgres") is { Length: > 0 } database
                ? database
                : throw new StartupException("ConnectionStrings__Postgres is not set.")
        );
        Console.WriteLine("The database is up to date.");
        return 0;
    }

    /// <summary>The document comes from the mapped endpoints alone: no server is started for it.</summary>
    public static async Task<int> WriteOpenApiAsync(string path)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:Postgres"] = "Host=127.0.0.1";
        builder.Configuration["Security:MasterKey"] = Convert.ToBase64String(new byte[32]);
        FunctionHost.AddServices(builder);
        await using var app = builder.Build();
        FunctionHost.Map(app);
        await File.WriteAllTextAsync(path, LocalEndpoints.Render(((IEndpointRouteBuilder)app).DataSources));
        Console.WriteLine($"Wrote {path}.");
        return 0;
    }
}
