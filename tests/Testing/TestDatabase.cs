using AgentInvest.Core.Data;
using Npgsql;

namespace AgentInvest.Testing;

/// <summary>A migrated database of one test class, copied from a template and dropped afterwards.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private const long TemplateLock = 0x54656D706C617465;
    private readonly string _server;
    private readonly string _name;

    private TestDatabase(string server, string name)
    {
        _server = server;
        _name = name;
        ConnectionString = With(server, name);
    }

    public string ConnectionString { get; }

    /// <param name="migrated">False for an empty one.</param>
    public static async Task<TestDatabase> CreateAsync(bool migrated = true)
    {
        var server = await PostgresServer.ConnectionStringAsync();
        var name = "test_" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(With(server, "postgres"));
        await connection.OpenAsync();
        if (!migrated)
        {
            await ExecuteAsync(connection, $"create database {name}");
            return new TestDatabase(server, name);
        }
        await ExecuteAsync(connection, $"select pg_advisory_lock({TemplateLock})");
        try
        {
            // One template per set of migrations, so that a change of them is never tested on yesterday's schema.
            var template = "template_" + Migrations.Fingerprint[..16].ToLowerInvariant();
            await using var exists = new NpgsqlCommand($"select exists (select from pg_database where datname = '{template}')", connection);
            if (!(bool)(await exists.ExecuteScalarAsync())!)
            {
                await ExecuteAsync(connection, $"drop database if exists {template}_new");
                await ExecuteAsync(connection, $"create database {template}_new");
                await Migrations.ApplyAsync(With(server, template + "_new"));
                NpgsqlConnection.ClearAllPools();
                await ExecuteAsync(connection, $"alter database {template}_new rename to {template}");
            }
            await ExecuteAsync(connection, $"create database {name} template {template}");
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({TemplateLock})");
        }
        return new TestDatabase(server, name);
    }

    /// <summary>False: as if the server were gone, for this database alone; its sessions end at once.</summary>
    public async Task AllowConnectionsAsync(bool allow)
    {
        await using var connection = new NpgsqlConnection(With(_server, "postgres"));
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"alter database {_name} allow_connections {allow}");
        if (!allow) await ExecuteAsync(connection, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_name}'");
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = new NpgsqlConnection(With(_server, "postgres"));
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"drop database if exists {_name} with (force)");
    }

    private static string With(string server, string database) =>
        new NpgsqlConnectionStringBuilder(server) { Database = database, Pooling = database != "postgres" }.ConnectionString;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
