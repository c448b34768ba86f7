using System.Text.RegularExpressions;
using Npgsql;

namespace AgentInvest.Infra.Tests;

/// <summary>infra/postgres/grants.sql on a migrated database: what psql's \gexec would run.</summary>
public sealed partial class PostgresScriptTests
{
    [Fact]
    public async Task Apps_may_use_every_table_of_every_feature_and_change_no_schema()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var owner = NpgsqlDataSource.Create(database.ConnectionString);
        var app = "app_" + Guid.NewGuid().ToString("N")[..12];
        try
        {
            await ExecuteAsync(owner, $"create role {app} login");
            for (var i = 0; i < 2; i++) // it runs at every deployment
                foreach (
                    var generator in Generators()
                        .Matches(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "infra", "postgres", "grants.sql")))
                        .Select(m => m.Groups[1].Value.Replace(":'apps'", $"'{app}'", StringComparison.Ordinal))
                )
                foreach (var statement in await CellsAsync(owner, generator)) await ExecuteAsync(owner, statement);

            Assert.Equal(
                0,
                await CountAsync(
                    owner,
                    $"""
                    select count(*) from pg_tables where schemaname in ('core', 'auth', 'market', 'portfolio', 'ai')
                    and not has_table_privilege('{app}', format('%I.%I', schemaname, tablename), 'select, insert, update, delete')
                    """
                )
            );
            Assert.NotEqual(
                0,
                await CountAsync(
                    owner,
                    $"select count(*) from pg_tables where has_table_privilege('{app}', format('%I.%I', schemaname, tablename), 'insert')"
                )
            );
            Assert.Equal(
                0,
                await CountAsync(
                    owner,
                    $"""
                    select count(*) from pg_namespace where nspname in ('core', 'auth', 'market', 'portfolio', 'ai', 'public')
                    and has_schema_privilege('{app}', nspname, 'create')
                    """
                )
            );
        }
        finally
        {
            await ExecuteAsync(owner, $"drop owned by {app}; drop role {app}");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<List<string>> CellsAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var cells = new List<string>();
        while (await reader.ReadAsync())
            for (var i = 0; i < reader.FieldCount; i++) cells.Add(reader.GetString(i));
        return cells;
    }

    [GeneratedRegex(@"^(select[\s\S]+?)\\gexec", RegexOptions.Multiline)]
    private static partial Regex Generators();
}
