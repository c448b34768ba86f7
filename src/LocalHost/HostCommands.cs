using System.Diagnostics;
using AgentInvest.Auth.Audit;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.LocalHost.Postgres;

namespace AgentInvest.LocalHost;

/// <summary>What <c>./dev</c> asks of the host program beside running it.</summary>
internal static class HostCommands
{
    /// <summary>Stops the host of this home as Ctrl-C would, then a server that was left over.</summary>
    public static async Task<int> DownAsync()
    {
        if (HostHome.HolderPid() is { } pid)
        {
            using var signal = Process.Start("kill", ["-TERM", pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await signal.WaitForExitAsync();
            for (var i = 0; HostHome.HolderPid() is not null; i++)
            {
                if (i == 300) throw new StartupException($"process {pid} does not stop");
                await Task.Delay(100);
            }
            Console.WriteLine("The host has stopped.");
        }
        if (await EmbeddedPostgres.StopLeftOverAsync(HostHome.Root, HostHome.Path)) Console.WriteLine("PostgreSQL has stopped.");
        return 0;
    }

    public static async Task<int> ResetAsync()
    {
        await DownAsync();
        if (File.Exists(Path.Combine(HostHome.Path, "postgres", "MOVED")))
        {
            var moved = (await File.ReadAllTextAsync(Path.Combine(HostHome.Path, "postgres", "MOVED"))).Trim().Split(' ')[^1];
            if (Directory.Exists(moved)) Directory.Delete(moved, recursive: true);
        }
        foreach (
            var name in new[] { "postgres", "postgres.password", "postgres.lock", "master.key", "audit.anchor", "host.lock", "host.pid" }
        )
        {
            var path = Path.Combine(HostHome.Path, name);
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            else File.Delete(path);
        }
        Console.WriteLine("All state is deleted.");
        return 0;
    }

    /// <summary>
    /// Recomputes the audit's chains and compares them with their anchor; 0 when nothing was changed. The host may run meanwhile, or not.
    /// </summary>
    public static async Task<int> VerifyAuditAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        FunctionHost.Defaults(builder.Configuration, "http://localhost");
        var running = HostHome.HolderPid() is not null;
        var postgres = await FunctionHost.StartPostgresAsync(builder.Configuration);
        try
        {
            FunctionHost.AddServices(builder);
            await using var app = builder.Build();
            var report = await app.Services.GetRequiredService<VerifyAudit>().HandleAsync(CancellationToken.None);
            foreach (var fault in report.Faults) Console.WriteLine(fault);
            Console.WriteLine(
                $"{report.Entries} entries of {report.Streams} chains, {report.NotAnchored} of them not anchored yet: {(report.Faults.Count == 0 ? "nothing was changed" : $"{report.Faults.Count} faults")}"
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
