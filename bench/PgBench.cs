using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace AgentInvest.Bench;

/// <summary>Debian's pgbench: what PostgreSQL itself makes of some statements.</summary>
internal static class PgBench
{
    private const string Program = "/usr/bin/pgbench";

    /// <summary>Reports where pgbench is not installed.</summary>
    public static bool IsInstalled(string metric)
    {
        if (File.Exists(Program)) return true;
        Console.WriteLine($"bench {metric} skipped: {Program} is not installed");
        return false;
    }

    /// <param name="scripts">Files, drawn by lot.</param>
    public static async Task<double> TransactionsPerSecondAsync(
        string connectionString,
        IEnumerable<string> scripts,
        int callers,
        int each,
        params (string Name, string Value)[] variables
    )
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(
            Program,
            [
                "-n",
                "-M",
                "prepared",
                "-c",
                $"{callers}",
                "-j",
                "1",
                "-t",
                $"{each}",
                .. variables.SelectMany(v => new[] { "-D", $"{v.Name}={v.Value}" }),
                .. scripts.SelectMany(s => new[] { "-f", s }),
                "-h",
                to.Host!,
                "-p",
                $"{to.Port}",
                "-U",
                to.Username!,
                to.Database!,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = to.Password;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').FirstOrDefault(l => l.StartsWith("tps = ", StringComparison.Ordinal));
        // It answers figures of what did get through as well.
        return line is not null && process.ExitCode == 0
            ? double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException(await errors);
    }
}
