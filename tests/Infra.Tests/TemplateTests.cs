using System.Text.RegularExpressions;
using System.Xml.Linq;
using AgentInvest.Auth.Audit;

namespace AgentInvest.Infra.Tests;

/// <summary>
/// infra/bicep through the real compiler, and what it would deploy. Beside each rule stands a spoiled copy that breaks it.
/// </summary>
public sealed partial class TemplateTests
{
    private static Deployment[] Both => Compiled.Both;

    [BicepFact]
    public void Every_module_and_parameter_file_compiles_without_a_warning()
    {
        using var bicep = new Bicep();
        var (template, complaints) = bicep.BuildParameters("main.prod.bicepparam");
        Assert.Equal("", complaints);
        Assert.Equal("", bicep.BuildParameters("main.dev.bicepparam").Complaints);
        // Every module is part of it, so none was left uncompiled.
        var all = string.Concat(Directory.GetFiles(Bicep.Source, "*.bicep", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(
            Directory.GetFiles(Path.Combine(Bicep.Source, "modules")),
            m => Assert.Contains($"'modules/{Path.GetFileName(m)}'", all, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            template.GetProperty("parameters").EnumerateObject(),
            p => p.Value.TryGetProperty("type", out var type) && type.GetString()!.StartsWith("secure", StringComparison.OrdinalIgnoreCase)
        );
        // PostgreSQL takes one change at a time.
        Assert.Matches(
            "\"name\":\\s*\"configurations\",\\s*\"count\":[^}]*\"mode\":\\s*\"serial\",\\s*\"batchSize\":\\s*1",
            template.GetRawText()
        );
    }

    [BicepFact]
    public void The_compiler_refuses_a_wrong_property_a_parameter_of_the_wrong_kind_and_a_secret_for_an_output()
    {
        using var bicep = new Bicep();
        bicep.Replace("modules/redis.bicep", "minimumTlsVersion: '1.2'", "minimalTlsVersion: '1.2'");
        bicep.Replace(
            "modules/redis.bicep",
            "resource diagnostics",
            "output key string = cluster::cache.listKeys().primaryKey\n\nresource diagnostics"
        );
        bicep.Replace("main.prod.bicepparam", "alwaysReady: 2", "alwaysReady: '2'");
        var complaints = bicep.BuildParameters("main.prod.bicepparam").Complaints;
        Assert.Contains("minimalTlsVersion", complaints, StringComparison.Ordinal);
        Assert.Contains("outputs-should-not-contain-secrets", complaints, StringComparison.Ordinal);
        Assert.Contains("\"'2'\"", complaints, StringComparison.Ordinal);
    }

    [BicepFact]
    public void Production_keeps_its_data_through_the_loss_of_a_disk_a_zone_and_a_region()
    {
        Assert.Empty(TemplateRules.DataIsKept(Compiled.Prod));
        Assert.Equal(4, TemplateRules.DataIsKept(Compiled.Spoiled).Count());
    }

    [BicepFact]
    public void What_holds_data_is_reached_through_the_network_alone()
    {
        Assert.All(Both, d => Assert.Empty(TemplateRules.DataIsPrivate(d)));
        Assert.Equal(
            [
                "no private endpoint leads to it",
                "public network access is not disabled",
                "public network access is not disabled",
                "its firewall lets everybody in by default",
            ],
            TemplateRules
                .DataIsPrivate(Compiled.Spoiled)
                .Select(c => c[(c.IndexOf(": ", StringComparison.Ordinal) + 2)..])
                .OrderBy(c => c.Length)
        );
    }

    [BicepFact]
    public void No_firewall_rule_lets_in_the_internet_or_all_of_Azure()
    {
        Assert.All(Both, d => Assert.Empty(TemplateRules.FirewallsAreClosed(d)));
        var complaints = TemplateRules.FirewallsAreClosed(Compiled.Spoiled).ToList();
        Assert.Contains(complaints, c => c.Contains("azure: 0.0.0.0 to 0.0.0.0", StringComparison.Ordinal));
        Assert.Contains(complaints, c => c.Contains("ipAllowlist", StringComparison.Ordinal));
        Assert.Contains(complaints, c => c.Contains("sourceAddressPrefix", StringComparison.Ordinal));
    }

    [BicepFact]
    public void Every_role_assignment_is_on_the_list_and_none_is_Owner_or_Contributor()
    {
        Assert.All(Both, d => Assert.Empty(TemplateRules.RolesAreListed(d, Compiled.ListedRoles)));
        Assert.All(
            Both,
            d =>
                Assert.Equal(
                    Compiled.ListedRoles.Order(),
                    d.Of("Microsoft.Authorization/roleAssignments").Select(a => a.Role).Distinct().Order()
                )
        );
        // Who may write to the event log: one app, to one table.
        Assert.All(
            Both,
            d =>
                Assert.EndsWith(
                    "/tableServices/default/tables/" + TablesAuditAnchor.Table,
                    Deployment.ScopeOf(
                        Assert.Single(
                            d.Of("Microsoft.Authorization/roleAssignments"),
                            a => a.Role == "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"
                        )
                    ),
                    StringComparison.Ordinal
                )
        );
        // On the list or not, Contributor is refused: an assignment an app. So is a role that nobody wrote down, and a principal of no
        // kind.
        var complaints = TemplateRules
            .RolesAreListed(Compiled.Spoiled, [.. Compiled.ListedRoles, "b24988ac-6180-42a0-ab88-20f7382dd24c"])
            .ToList();
        Assert.Equal(
            (4, 1, 1),
            (
                complaints.Count(c => c.Contains("Owner, Contributor", StringComparison.Ordinal)),
                complaints.Count(c => c.Contains("not in roles.bicep", StringComparison.Ordinal)),
                complaints.Count(c => c.Contains("what kind", StringComparison.Ordinal))
            )
        );
    }

    [BicepFact]
    public void No_secret_stands_in_a_template()
    {
        Assert.All(Both, d => Assert.Empty(TemplateRules.NoLiteralSecrets(d)));
        var complaints = TemplateRules.NoLiteralSecrets(Compiled.Spoiled).ToList();
        Assert.Contains(complaints, c => c.Contains("Azure--SignalR--AccessKey", StringComparison.Ordinal));
        Assert.Contains(complaints, c => c.Contains("ConnectionStrings__Postgre", StringComparison.Ordinal));
    }

    [BicepFact]
    public void Nothing_speaks_less_than_TLS_12()
    {
        Assert.All(Both, d => Assert.Empty(TemplateRules.TlsIsCurrent(d)));
        Assert.Equal(4 + 1 + 1, TemplateRules.TlsIsCurrent(Compiled.Spoiled).Count()); // every app, Redis, PostgreSQL
    }

    [BicepFact]
    public void Everything_that_can_write_a_log_does()
    {
        Assert.All(Both, d => Assert.Empty(TemplateRules.EverythingIsDiagnosed(d)));
        Assert.Contains(
            "Microsoft.KeyVault/vaults",
            Assert.Single(TemplateRules.EverythingIsDiagnosed(Compiled.Spoiled)),
            StringComparison.Ordinal
        );
    }

    [BicepFact]
    public void The_event_log_is_the_table_the_code_writes_to_and_every_alert_reaches_somebody()
    {
        Assert.All(
            Both,
            d =>
                Assert.EndsWith(
                    "/" + TablesAuditAnchor.Table,
                    Assert.Single(d.Of("Microsoft.Storage/storageAccounts/tableServices/tables")).Name,
                    StringComparison.Ordinal
                )
        );
        Assert.All(Both, d => Assert.Equal("auth", Assert.Single(d.AppSettings, app => app.Value.ContainsKey("Audit__Tables")).Key));
        Assert.All(Both, d => Assert.Empty(TemplateRules.Alerts(d)));
        Assert.Equal(
            ["nobody is told of alert-redis-memory", "nothing warns of pool-exhausted"],
            TemplateRules.Alerts(Compiled.Spoiled).Order()
        );
    }

    [BicepFact]
    public void Known_traps_of_the_platform_are_avoided()
    {
        Assert.All(Both, d => Assert.Empty(TemplateRules.PlatformTraps(d)));
        var complaints = TemplateRules.PlatformTraps(Compiled.Spoiled).ToList();
        Assert.Equal(
            (4, 4),
            (
                complaints.Count(c => c.Contains("FUNCTIONS_WORKER_RUNTIME", StringComparison.Ordinal)),
                complaints.Count(c => c.Contains("runtime.version", StringComparison.Ordinal))
            )
        );
    }

    [BicepFact]
    public void In_production_all_instances_together_fit_into_PostgreSQLs_connections()
    {
        var connections =
            Compiled
                .Prod.Of("Microsoft.Web/sites")
                .Sum(s => int.Parse(s["properties.functionAppConfig.scaleAndConcurrency.maximumInstanceCount"]!)) * 8;
        Assert.Contains("Maximum Pool Size=8", Compiled.Prod.AppSettings["auth"]["ConnectionStrings__Postgres"], StringComparison.Ordinal);
        Assert.InRange(connections, 1, 1718 - 100); // max_connections of a D4ds_v5, and what the service, migrations and people need
    }

    [BicepFact]
    public void The_gateway_limits_by_tier_asks_for_tokens_and_knows_the_unprefixed_alias()
    {
        var policies = Compiled
            .Dev.Of("Microsoft.ApiManagement/service/apis/policies")
            .Select(p => XDocument.Parse(p["properties.value"]!))
            .ToList();
        Assert.Equal(2, policies.Count);
        Assert.All(
            policies,
            p => Assert.Equal(["1000", "100", "1000", "60"], p.Descendants("rate-limit-by-key").Select(r => r.Attribute("calls")!.Value))
        );
        Assert.All(
            policies,
            p => Assert.All(p.Descendants("rate-limit-by-key"), r => Assert.Equal("60", r.Attribute("renewal-period")!.Value))
        );
        Assert.All(policies, p => Assert.Equal(["https://app.example.com"], p.Descendants("origin").Select(o => o.Value)));
        Assert.All(policies, p => Assert.Contains("AsJwt()", p.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(policies, p => p.ToString().Contains("__", StringComparison.Ordinal));
        Assert.Equal(
            ["", "v1"],
            Compiled.Dev.Of("Microsoft.ApiManagement/service/apis").Select(a => a["properties.apiVersion"] ?? "").Order()
        );
        // Every app of the code is behind the gateway, and nothing that is not.
        var apps = Directory
            .GetDirectories(Path.Combine(Checkout.Root, "src"), "Functions.*")
            .Select(Path.GetFileName)
            .Where(n => n is not ("Functions.Runtime" or "Functions.Trading"))
            .Select(n => n!["Functions.".Length..].ToLowerInvariant());
        Assert.All(
            apps,
            app => Assert.Contains(policies[0].Descendants("set-backend-service"), b => b.Attribute("backend-id")!.Value == app)
        );
        // And each of its paths is led to it, nothing else to anywhere.
        foreach (var app in apps)
        {
            var served = Directory
                .GetFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(f => f.Contains($"/Functions.{app}/", StringComparison.OrdinalIgnoreCase))
                .SelectMany(f => Segments().Matches(File.ReadAllText(f)))
                .Select(m => m.Groups[1].Value)
                .Distinct();
            var led = policies[0]
                .Descendants("when")
                .Single(w => w.Elements("set-backend-service").Any(b => b.Attribute("backend-id")!.Value == app))
                .Attribute("condition")!
                .Value;
            Assert.Equal(
                served.Order(StringComparer.Ordinal),
                Quoted()
                    .Matches(led[..led.IndexOf('}', StringComparison.Ordinal)])
                    .Select(m => m.Groups[1].Value)
                    .Order(StringComparer.Ordinal)
            );
        }
        Assert.DoesNotContain(
            "&quot;dev&quot;",
            Compiled.Dev.Of("Microsoft.ApiManagement/service/apis/policies").First()["properties.value"],
            StringComparison.Ordinal
        );
    }

    [GeneratedRegex(@"Route = ""(?:\{\w+:regex\(\^)?([\w.-]+)")]
    private static partial Regex Segments();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
