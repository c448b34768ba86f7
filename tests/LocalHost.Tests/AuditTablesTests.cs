using AgentInvest.Auth.Audit;
using AgentInvest.Core;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.LocalHost.Tests;

/// <summary>The audit's anchor as it is in Azure.</summary>
public sealed class AuditTablesTests
{
    [AzuriteFact]
    public async Task Heads_are_kept_in_Azure_Tables_and_a_cut_is_found_against_them()
    {
        await using var azurite = await Azurite.StartAsync();
        var host = new TablesHost(azurite.ConnectionString);
        await host.InitializeAsync();
        try
        {
            var user = await host.SignUpAsync();
            var anchor = host.Services.GetRequiredService<AnchorAudit>();
            for (var i = 1; i <= 3; i++)
            {
                await user.BuyAsync("AAPL", i, 100, $"2024-01-0{i + 1}T15:00:00Z");
                await anchor.HandleAsync(default);
            }
            var verify = host.Services.GetRequiredService<VerifyAudit>();
            Assert.Equal((0, 0L), ((await verify.HandleAsync(default)).Faults.Count, (await verify.HandleAsync(default)).NotAnchored));
            // What is kept is not kept twice, nor changed.
            var heads = new List<AuditHead>();
            await foreach (var head in host.Services.GetRequiredService<IAuditAnchor>().ReadAsync(default)) heads.Add(head);
            await host.Services.GetRequiredService<IAuditAnchor>().WriteAsync([heads[0] with { Hash = new byte[32] }], default);
            Assert.Empty((await verify.HandleAsync(default)).Faults);

            var id = Guid.Parse(await AdminTests.IdOf(user));
            await host.Services.GetRequiredService<Db>().ExecuteAsync("set session_replication_role = replica; delete from core.audit where stream = '" + id + "' and seq > 2; set session_replication_role = origin", default);
            Assert.Contains((await verify.HandleAsync(default)).Faults, f => f.Contains("entries after 2 are missing", StringComparison.Ordinal));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private sealed class TablesHost(string connectionString) : TestHost
    {
        public override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?> { ["Audit:Tables"] = connectionString };
    }
}
