using System.Diagnostics;
using System.Net;
using AgentInvest.Auth.Audit;
using AgentInvest.Core.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AgentInvest.Api.Tests;

public sealed class AuditedHost : TestHost
{
    public string Anchor { get; } = Path.Combine(Path.GetTempPath(), $"anchor-{Guid.NewGuid():N}");

    public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["Audit:AnchorFile"] = Anchor };
}

/// <summary>An attacker who can write to the database as its owner, triggers switched off; the anchor is out of reach.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly AuditedHost _host = new();
    private TestUser _user = null!;
    private Guid _id;

    public async Task InitializeAsync()
    {
        await _host.InitializeAsync();
        _user = await _host.SignUpAsync();
        _id = Guid.Parse(await AdminTests.IdOf(_user));
        for (var i = 1; i <= 5; i++) await _user.BuyAsync("AAPL", i, 100, $"2024-01-0{i + 1}T15:00:00Z");
        await _host.Services.GetRequiredService<AnchorAudit>().HandleAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        File.Delete(_host.Anchor);
    }

    [Fact]
    public async Task An_untouched_log_verifies()
    {
        var report = await VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal((5L, 0L), (await CountAsync("portfolio.booked"), report.NotAnchored));
        await _user.BuyAsync("AAPL", 6, 100, "2024-01-08T15:00:00Z");
        Assert.InRange((await VerifyAsync()).NotAnchored, 0, 1);
    }

    [Theory]
    [InlineData(
        """
        update core.audit set data = replace(data, '"quantity":3', '"quantity":300') where stream = $1 and data like '%"quantity":3%'
        """,
        "was altered"
    )]
    [InlineData("update core.audit set at = at - interval '1 hour' where stream = $1 and seq = 2", "was altered")]
    [InlineData("update core.audit set actor = gen_random_uuid() where stream = $1 and seq = 2", "was altered")]
    [InlineData("update core.audit set kind = 'portfolio', data = '.booked' || data where stream = $1 and seq = 3", "was altered")]
    [InlineData("delete from core.audit where stream = $1 and seq = 3", "is missing")]
    [InlineData(
        """
        with gone as (delete from core.audit where stream = $1 and seq > 2)
        update core.audit_heads h set seq = 2, hash = (select hash from core.audit a where a.stream = h.stream and a.seq = 2)
        where stream = $1
        """,
        "entries after 2 are missing"
    )]
    [InlineData(
        "with gone as (delete from core.audit where stream = $1) delete from core.audit_heads where stream = $1",
        "entries after 0 are missing"
    )]
    public async Task Tampering_is_found(string sql, string fault)
    {
        await AttackAsync(sql);
        Assert.Contains(
            (await VerifyAsync()).Faults,
            f => f.Contains(fault, StringComparison.Ordinal) && f.StartsWith(_id.ToString(), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_rewrite_that_is_consistent_in_itself_is_found_by_the_anchor()
    {
        await AttackAsync("""
            do $do$
            declare e record;
            begin
                create temporary table kept as select * from core.audit where stream = '$1' order by seq;
                delete from core.audit where stream = '$1';
                delete from core.audit_heads where stream = '$1';
                for e in select * from kept order by seq loop
                    perform core.audit_add(e.stream, e.at, e.kind, e.actor, replace(e.data, '"quantity":3', '"quantity":300'));
                end loop;
                update core.audit_heads set anchored_seq = seq where stream = '$1';
            end $do$
            """.Replace("$1", _id.ToString(), StringComparison.Ordinal));
        var faults = (await VerifyAsync()).Faults;
        Assert.All(faults, f => Assert.Contains("is not the one that was anchored", f, StringComparison.Ordinal));
        Assert.NotEmpty(faults);
    }

    [Fact]
    public async Task The_application_itself_cannot_change_or_delete_an_entry()
    {
        foreach (var sql in new[] { "update core.audit set kind = 'x'", "delete from core.audit", "truncate core.audit" })
            Assert.Contains(
                "append-only",
                (
                    await Assert.ThrowsAsync<PostgresException>(() => _host.Services.GetRequiredService<Db>().ExecuteAsync(sql, default))
                ).MessageText,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task Concurrent_entries_make_one_chain()
    {
        var before = await CountAsync("portfolio.booked");
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _user.BuyAsync("MSFT", 1, 100 + i, "2024-01-02T15:00:00Z")));
        Assert.All(replies, r => Assert.Equal(HttpStatusCode.Created, r.Status));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _user.SellAsync("MSFT", 1000, 100, "2024-01-03T15:00:00Z")).Status);
        Assert.Equal(before + 20, await CountAsync("portfolio.booked"));
        Assert.Empty((await VerifyAsync()).Faults);
    }

    [Fact]
    public async Task Administrators_read_the_log_newest_first_page_by_page()
    {
        var admin = await AdminTests.AdminAsync(_host);
        await AdminTests.PutAsync(admin, $"/v1/admin/users/{_id}/tier", new { tier = "premium" });
        var newest = (await admin.GetAsync($"/v1/admin/audit?userId={_id}&limit=1")).Json.GetProperty("items")[0];
        Assert.Equal(
            ("admin.tier_changed", await AdminTests.IdOf(admin)),
            (newest.GetProperty("kind").GetString(), newest.GetProperty("actor").GetString())
        );
        Assert.Equal("premium", newest.GetProperty("data").GetProperty("event").GetProperty("tier").GetString());
        var all = (await admin.GetAsync("/v1/admin/audit?limit=200"))
            .Json.GetProperty("items")
            .EnumerateArray()
            .Select(e => e.GetRawText())
            .ToList();
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await admin.GetAsync("/v1/admin/audit?limit=3" + (cursor is null ? "" : "&cursor=" + cursor))).Json;
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetRawText()));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(all, paged);
        Assert.DoesNotContain(all, e => e.Contains('@', StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync("/v1/admin/audit?cursor=AAAA")).Status);
    }

    [Fact]
    public async Task A_failed_sign_in_is_logged_alike_whether_or_not_the_address_is_known()
    {
        var admin = await AdminTests.AdminAsync(_host);
        foreach (var email in new[] { _user.Email, "nobody-here@example.com" })
            await _user.PostAsync("/v1/auth/login", new { email, password = "not the passphrase" });
        var failed = (await admin.GetAsync("/v1/admin/audit?kind=auth.attempt_failed")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, failed.Count);
        Assert.Equal(2, failed.Select(f => f.GetProperty("userId").GetString()).Distinct().Count());
        Assert.Single(failed.Select(f => f.GetProperty("data").GetProperty("event").GetProperty("source").GetString()).Distinct());
        Assert.DoesNotContain(failed, f => f.GetProperty("userId").GetString() == _id.ToString());
    }

    [Fact]
    public async Task The_command_line_finds_an_edit_of_a_host_that_is_down()
    {
        var home = HostProcess.NewHome();
        await using (var host = await HostProcess.StartAsync(_host.ConnectionString, home: home)) Assert.Equal(0, await host.StopAsync());
        Assert.Equal(0, await VerifyCommandAsync(home));
        await AttackAsync("update core.audit set data = data || ' ' where stream = $1 and seq = 2");
        Assert.Equal(1, await VerifyCommandAsync(home));
    }

    private async Task<int> VerifyCommandAsync(string home)
    {
        var start = new ProcessStartInfo("dotnet", [HostProcess.HostProgram, "audit", "verify"]) { RedirectStandardOutput = true };
        start.Environment["AGENTINVEST_ROOT"] = Checkout.Root;
        start.Environment["AGENTINVEST_HOME"] = home;
        start.Environment["ConnectionStrings__Postgres"] = _host.ConnectionString;
        start.Environment["Audit__AnchorFile"] = _host.Anchor;
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private Task<VerifyAudit.Report> VerifyAsync() => _host.Services.GetRequiredService<VerifyAudit>().HandleAsync(CancellationToken.None);

    private Task<long> CountAsync(string kind) =>
        _host
            .Services.GetRequiredService<Db>()
            .OneAsync("select count(*) from core.audit where stream = $1 and kind = $2", r => r.GetInt64(0), default, _id, kind);

    private async Task AttackAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_host.ConnectionString);
        await connection.OpenAsync();
        await using (var off = new NpgsqlCommand("set session_replication_role = replica", connection)) await off.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        if (sql.Contains("$1", StringComparison.Ordinal)) command.Parameters.Add(new() { Value = _id });
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }
}
