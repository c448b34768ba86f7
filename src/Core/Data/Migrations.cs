using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using DbUp;
using DbUp.Engine;
using Npgsql;

namespace AgentInvest.Core.Data;

/// <summary>
/// Brings a database to this build's schema: the numbered files of db/migrations, forward only, each in a transaction, under an advisory
/// lock so that hosts which start at once take turns. A file that was changed after it had been applied is refused.
/// </summary>
public static class Migrations
{
    private const long LockKey = 0x4167656E74496E76; // any constant of our own

    /// <summary>Changes whenever any file does.</summary>
    public static string Fingerprint =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Scripts().Select(s => s.Name + Checksum(s))))));

    public static async Task ApplyAsync(string connectionString, CancellationToken ct = default)
    {
        var scripts = Scripts();
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync(ct);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", ct);
        await ExecuteAsync(
            connection,
            "create table if not exists public.migration_checksums (name text primary key, sha256 text not null)",
            ct
        );
        await RefuseChangedAsync(connection, scripts, ct);

        var result = DeployChanges.To.PostgresqlDatabase(connectionString)
            .WithScripts(scripts).WithTransactionPerScript().WithVariablesDisabled()
            .JournalToPostgresqlTable("public", "migrations").LogToNowhere().Build().PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException($"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);

        foreach (var script in scripts)
        {
            await using var insert = new NpgsqlCommand(
                "insert into public.migration_checksums values ($1, $2) on conflict do nothing",
                connection
            );
            insert.Parameters.Add(new() { Value = script.Name });
            insert.Parameters.Add(new() { Value = Checksum(script) });
            await insert.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task RefuseChangedAsync(NpgsqlConnection connection, List<SqlScript> scripts, CancellationToken ct)
    {
        var applied = new Dictionary<string, string>();
        await using var select = new NpgsqlCommand("select name, sha256 from public.migration_checksums", connection);
        await using var reader = await select.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) applied[reader.GetString(0)] = reader.GetString(1);
        foreach (var script in scripts)
            if (applied.TryGetValue(script.Name, out var checksum) && checksum != Checksum(script))
                throw new InvalidOperationException(
                    $"Migration {script.Name} was changed after it had been applied to this database; add a new file instead."
                );
        if (applied.Keys.Except(scripts.Select(s => s.Name)).Order().FirstOrDefault() is { } unknown)
            throw new InvalidOperationException(
                $"The database has migration {unknown}, which this build does not know: it is newer than this build."
            );
    }

    private static List<SqlScript> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly
            .GetManifestResourceNames()
            .Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return new SqlScript(name, reader.ReadToEnd());
            })
            .ToList();
    }

    private static string Checksum(SqlScript script) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script.Contents)));

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
