using AgentInvest.Auth.Audit;
using AgentInvest.Core.Data;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>The event log of Azure: the audit's entries in a table of a real Azurite.</summary>
public sealed class AuditTablesTests
{
    [AzuriteFact]
    public async Task Tampering_is_found_against_the_table()
    {
        await using var azurite = await Azurite.StartAsync();
        var table = await TableAsync(azurite);
        await using var host = await TablesHost.StartAsync(azurite.ConnectionString);
        var user = await host.SignUpAsync();
        for (var i = 1; i <= 3; i++) await user.BuyAsync("AAPL", i, 100, $"2024-01-0{i + 1}T15:00:00Z");
        await host.AnchorAsync();
        Assert.Equal(await host.EntriesAsync(), await RowsAsync(table));
        var report = await host.VerifyAsync();
        Assert.Equal((0, 0L), (report.Faults.Count, report.NotAnchored));

        // Nobody's address, amounts or symbols left with it.
        await foreach (var row in table.QueryAsync<TableEntity>())
            Assert.Equal(
                ["At", "Hash", "Kind", "PartitionKey", "RowKey", "Timestamp"],
                row.Keys.Where(k => !k.StartsWith("odata", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            );

        var id = Guid.Parse(await AdminTests.IdOf(user));
        await host.AttackAsync(
            $"""
            delete from core.audit where stream = '{id}' and seq > 2;
            update core.audit_heads set seq = 2, hash = (select hash from core.audit where stream = '{id}' and seq = 2)
            where stream = '{id}'
            """
        );
        Assert.Contains((await host.VerifyAsync()).Faults, f => f.Contains("entries after 2 are missing", StringComparison.Ordinal));
        // The numbers are given out again: what was kept first stays.
        await user.BuyAsync("MSFT", 1, 100, "2024-01-05T15:00:00Z");
        await host.AttackAsync("update core.audit_heads set anchored_seq = 0");
        var before = await RowsAsync(table);
        await host.AnchorAsync();
        Assert.Equal(before, await RowsAsync(table));
        Assert.Contains(
            (await host.VerifyAsync()).Faults,
            f => f.Contains("entry 3 is not the one that was anchored", StringComparison.Ordinal)
        );

        await using (var empty = await TablesHost.StartAsync(azurite.ConnectionString))
            Assert.Contains(
                (await empty.VerifyAsync()).Faults,
                f => f.StartsWith($"{id}: entries after 0 are missing", StringComparison.Ordinal)
            );

        await foreach (var row in table.QueryAsync<TableEntity>(r => r.PartitionKey == id.ToString("N")))
            await table.DeleteEntityAsync(row);
        Assert.Contains(
            (await host.VerifyAsync()).Faults,
            f =>
                f.StartsWith($"{id}: entries to ", StringComparison.Ordinal)
                && f.EndsWith("the anchor knows them to 0", StringComparison.Ordinal)
        );
    }

    [AzuriteFact]
    public async Task Entries_of_a_host_that_died_are_anchored_once()
    {
        await using var azurite = await Azurite.StartAsync();
        var table = await TableAsync(azurite);
        await using var host = await TablesHost.StartAsync(azurite.ConnectionString);
        var stream = Guid.NewGuid();
        // The timer is told that all is kept until the dead host's share is in.
        await host.ExecuteAsync(
            $$"""
            select core.audit_add('{{stream}}', now(), 'portfolio.booked', null, '{}') from generate_series(1, 1250);
            update core.audit_heads set anchored_seq = seq where stream = '{{stream}}'
            """
        );
        var entries = (await host.EntriesAsync()).Where(e => e.Stream == stream).ToList();
        // In the middle of one transaction of a hundred, a whole one, and the first of another, after an attack on its hash.
        var anchor = host.Services.GetRequiredService<IAuditAnchor>();
        await anchor.WriteAsync(
            [.. entries[130..160].Concat(entries[200..300]).Select(e => e.Known), entries[300].Known with { Hash = new byte[32] }],
            default
        );
        await host.ExecuteAsync($"update core.audit_heads set anchored_seq = 0 where stream = '{stream}'");
        await host.AnchorAsync();
        Assert.Equal(
            [.. entries[..300], entries[300] with { Hash = new string('0', 64) }, .. entries[301..]],
            (await RowsAsync(table)).Where(r => r.Stream == stream)
        );
        Assert.Equal([$"{stream}: entry 301 is not the one that was anchored"], (await host.VerifyAsync()).Faults);
    }

    [AzuriteFact]
    public async Task An_outage_of_the_table_loses_no_entry()
    {
        var port = Ports.Free();
        await using var host = await TablesHost.StartAsync(Azurite.At(port));
        var user = await host.SignUpAsync();
        await user.BuyAsync("AAPL", 1, 100, "2024-01-02T15:00:00Z");
        await Assert.ThrowsAnyAsync<Exception>(host.AnchorAsync);
        await using var azurite = await Azurite.StartAsync(port);
        var missing = await Assert.ThrowsAnyAsync<RequestFailedException>(host.AnchorAsync);
        Assert.Equal((404, "TableNotFound"), (missing.Status, missing.ErrorCode));
        Assert.Equal(0, await host.CountAsync("select count(*) from core.audit_heads where anchored_seq > 0"));
        var home = HostProcess.NewHome();
        Assert.Equal(1, (await VerifyCommandAsync(host, azurite, home)).ExitCode);

        var table = await TableAsync(azurite);
        // The host's own timer gets there by itself.
        for (var i = 0; i < 300 && await host.CountAsync("select count(*) from core.audit_heads where anchored_seq < seq") > 0; i++)
            await Task.Delay(100);
        Assert.Equal(await host.EntriesAsync(), await RowsAsync(table));
        var (code, said) = await VerifyCommandAsync(host, azurite, home);
        Assert.True(code == 0 && said.Contains("0 of them not anchored yet: nothing was changed", StringComparison.Ordinal), said);
    }

    [AzuriteFact]
    public async Task Every_entry_is_kept_once_by_hosts_that_are_killed_while_they_copy()
    {
        await using var azurite = await Azurite.StartAsync();
        var table = await TableAsync(azurite);
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var (home, port) = (HostProcess.NewHome(), Ports.Free());
        var settings = new Dictionary<string, string> { ["Audit__Tables"] = azurite.ConnectionString };
        for (var kill = 0; kill < 3; kill++)
        {
            await using var host = await HostProcess.StartAsync(database.ConnectionString, settings, home, port);
            await using (
                var add = source.CreateCommand(
                    """
                    select core.audit_add(s, now(), 'portfolio.booked', null, '{}')
                    from (select gen_random_uuid() s from generate_series(1, 5)) streams, generate_series(1, 600)
                    """
                )
            )
                await add.ExecuteNonQueryAsync();
            var before = (await RowsAsync(table)).Count;
            for (var i = 0; i < 300 && (await RowsAsync(table)).Count == before; i++) await Task.Delay(20);
            host.Kill9();
        }
        await using var last = await HostProcess.StartAsync(database.ConnectionString, settings, home, port);
        await using var open = source.CreateCommand("select count(*) from core.audit_heads where anchored_seq < seq");
        for (var i = 0; i < 300 && (long)(await open.ExecuteScalarAsync())! > 0; i++) await Task.Delay(100);
        Assert.Equal(await EntriesAsync(source), await RowsAsync(table));
    }

    [Fact]
    public void The_table_is_reached_by_connection_string_or_identity()
    {
        Assert.Equal("http://127.0.0.1:1/devstoreaccount1/auditevents", TablesAuditAnchor.Client(Azurite.At(1), null).Uri.ToString());
        Assert.Equal(
            "https://stagentinvest.table.core.windows.net/auditevents",
            TablesAuditAnchor.Client("https://stagentinvest.table.core.windows.net/", Guid.NewGuid().ToString()).Uri.ToString()
        );
        Assert.Throws<InvalidOperationException>(() => TablesAuditAnchor.Client("http://stagentinvest.table.core.windows.net/", null));
    }

    [Fact]
    public async Task A_line_of_the_file_that_a_crash_cut_short_does_not_take_the_next_with_it()
    {
        var path = Path.Combine(Path.GetTempPath(), $"anchor-{Guid.NewGuid():N}");
        var anchor = new FileAuditAnchor(path);
        var entries = Enumerable
            .Range(1, 3)
            .Select(i => new AnchoredEntry(
                Guid.NewGuid(),
                i,
                "auth.login",
                DateTimeOffset.FromUnixTimeMilliseconds(i),
                Enumerable.Repeat((byte)i, 32).ToArray()
            ))
            .ToList();
        await anchor.WriteAsync(entries[..2], default);
        using (var file = File.Open(path, FileMode.Open)) file.SetLength(file.Length - 40);
        await anchor.WriteAsync(entries[1..], default);
        var read = new List<AnchoredEntry>();
        await foreach (var entry in anchor.ReadAsync(default)) read.Add(entry);
        File.Delete(path);
        Assert.Equal(
            entries.Select(e => (e.Stream, e.Seq, e.Kind, e.At, Convert.ToHexString(e.Hash))),
            read.Select(e => (e.Stream, e.Seq, e.Kind, e.At, Convert.ToHexString(e.Hash)))
        );
    }

    /// <summary>An entry with its hash as text, so that two are equal when they say the same.</summary>
    private sealed record Row(Guid Stream, long Seq, string Kind, DateTimeOffset At, string Hash)
    {
        public AnchoredEntry Known => new(Stream, Seq, Kind, At, Convert.FromHexString(Hash));
    }

    private static async Task<TableClient> TableAsync(Azurite azurite)
    {
        var table = TablesAuditAnchor.Client(azurite.ConnectionString, null);
        await table.CreateAsync();
        return table;
    }

    private static async Task<List<Row>> RowsAsync(TableClient table)
    {
        var rows = new List<Row>();
        await foreach (var e in new TablesAuditAnchor(table).ReadAsync(default))
            rows.Add(new Row(e.Stream, e.Seq, e.Kind, e.At, Convert.ToHexStringLower(e.Hash)));
        return [.. rows.OrderBy(r => r.Stream.ToString(), StringComparer.Ordinal).ThenBy(r => r.Seq)];
    }

    private static async Task<List<Row>> EntriesAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "select stream, seq, kind, at, encode(hash, 'hex') from core.audit order by stream, seq"
        );
        await using var r = await command.ExecuteReaderAsync();
        var rows = new List<Row>();
        while (await r.ReadAsync())
            rows.Add(new Row(r.GetGuid(0), r.GetInt64(1), r.GetString(2), r.GetFieldValue<DateTimeOffset>(3), r.GetString(4)));
        return rows;
    }

    private static Task<(int ExitCode, string Output)> VerifyCommandAsync(TablesHost host, Azurite azurite, string home) =>
        HostProcess.RunAsync(
            home,
            0,
            new Dictionary<string, string>
            {
                ["ConnectionStrings__Postgres"] = host.ConnectionString,
                ["Audit__Tables"] = azurite.ConnectionString,
            },
            "audit",
            "verify"
        );

    private sealed class TablesHost(string connectionString) : TestHost, IAsyncDisposable
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["Audit:Tables"] = connectionString };

        public static async Task<TablesHost> StartAsync(string connectionString)
        {
            var host = new TablesHost(connectionString);
            await host.InitializeAsync();
            return host;
        }

        public Task AnchorAsync() => Services.GetRequiredService<AnchorAudit>().HandleAsync(default);
        public Task<VerifyAudit.Report> VerifyAsync() => Services.GetRequiredService<VerifyAudit>().HandleAsync(default);
        public Task<List<Row>> EntriesAsync() => AuditTablesTests.EntriesAsync(Services.GetRequiredService<Db>().Primary);
        public Task<int> ExecuteAsync(string sql) => Services.GetRequiredService<Db>().ExecuteAsync(sql, default);
        public Task<long> CountAsync(string sql) => Services.GetRequiredService<Db>().OneAsync(sql, r => r.GetInt64(0), default);
        public Task<int> AttackAsync(string sql) =>
            ExecuteAsync("set session_replication_role = replica; " + sql + "; set session_replication_role = origin");
        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}
