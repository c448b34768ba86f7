using System.Text.RegularExpressions;

namespace AgentInvest.Infra.Tests;

/// <summary>
/// What must hold of a deployment. Each rule answers its complaints, so that tests can feed it a good deployment and a spoiled one.
/// </summary>
internal static partial class TemplateRules
{
    private static readonly string[] TooMuch =
    [
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", // Owner
        "b24988ac-6180-42a0-ab88-20f7382dd24c", // Contributor
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", // User Access Administrator
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168", // Role Based Access Control Administrator
    ];

    /// <summary>Types that hold what must not be lost or read by others.</summary>
    private static readonly string[] HoldsData =
    [
        "Microsoft.DBforPostgreSQL/flexibleServers",
        "Microsoft.Storage/storageAccounts",
        "Microsoft.KeyVault/vaults",
        "Microsoft.Cache/redisEnterprise",
        "Microsoft.DurableTask/schedulers",
        "Microsoft.CognitiveServices/accounts",
    ];

    /// <summary>Types that write no resource log, or whose log is their parent's; everything else must have a diagnostic setting.</summary>
    private static readonly string[] WithoutLog =
    [
        "Microsoft.Web/serverfarms",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", // logged by the profile
        "Microsoft.Storage/storageAccounts", // its services are
        "Microsoft.DurableTask/schedulers", // has none yet
        "Microsoft.Insights/components", // is where logs go
        "Microsoft.Insights/actionGroups",
        "Microsoft.Insights/metricAlerts",
        "Microsoft.Insights/scheduledQueryRules",
        "Microsoft.Insights/diagnosticSettings",
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/locks",
        "Microsoft.Consumption/budgets",
        "GitHub.Network/networkSettings",
    ];

    public static IEnumerable<string> DataIsKept(Deployment d) =>
        d.Of("Microsoft.DBforPostgreSQL/flexibleServers")
            .Where(s => s["properties.createMode"] != "Replica")
            .Where(s =>
                s["properties.backup.backupRetentionDays"] is not { } days
                || int.Parse(days) < 30
                || s["properties.backup.geoRedundantBackup"] != "Enabled"
                || s["properties.highAvailability.mode"] != "ZoneRedundant"
            )
            .Select(s => $"{s.Name}: 30 days of backup, geo-redundant, and a standby in another zone are wanted")
            .Concat(
                d.Of("Microsoft.Storage/storageAccounts")
                    .Where(s => s["sku.name"] is not ("Standard_GZRS" or "Standard_RAGZRS"))
                    .Select(s => $"{s.Name}: its data is in one region or zone only")
            )
            .Concat(
                d.Of("Microsoft.Storage/storageAccounts/blobServices")
                    .Where(s => s["properties.deleteRetentionPolicy.enabled"] != "true" || s["properties.isVersioningEnabled"] != "true")
                    .Select(s => $"{s.Name}: deleted blobs are gone")
            )
            .Concat(
                d.Of("Microsoft.KeyVault/vaults")
                    .Where(v => v["properties.enablePurgeProtection"] != "true" || v["properties.enableSoftDelete"] != "true")
                    .Select(v => $"{v.Name}: secrets can be purged")
            )
            .Concat(
                d.Of("Microsoft.Cache/redisEnterprise")
                    .Where(r => r["properties.highAvailability"] != "Enabled")
                    .Select(r => $"{r.Name}: no replica")
            )
            .Concat(
                d.Of("Microsoft.DurableTask/schedulers")
                    .Where(s => s["properties.sku.name"] == "Dedicated" && int.Parse(s["properties.sku.capacity"]!) < 3)
                    .Select(s => $"{s.Name}: three units keep it through the loss of a zone")
            )
            .Concat(
                d.Of("Microsoft.Web/serverfarms").Where(p => p["properties.zoneRedundant"] != "true").Select(p => $"{p.Name}: in one zone")
            );

    /// <summary>Closed to the internet, and a private endpoint leads to it.</summary>
    public static IEnumerable<string> DataIsPrivate(Deployment d)
    {
        var reached = d.Of("Microsoft.Network/privateEndpoints")
            .SelectMany(e => e.Texts())
            .Where(t => t.Path.EndsWith("privateLinkServiceId", StringComparison.Ordinal))
            .Select(t => t.Text)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var r in d.Resources.Where(r => HoldsData.Contains(r.Type)))
        {
            if ((r["properties.network.publicNetworkAccess"] ?? r["properties.publicNetworkAccess"]) != "Disabled")
                yield return $"{r.Name}: public network access is not disabled";
            if (!reached.Contains(r.Id)) yield return $"{r.Name}: no private endpoint leads to it";
            if (r["properties.networkAcls.defaultAction"] is { } action && action != "Deny")
                yield return $"{r.Name}: its firewall lets everybody in by default";
        }
        foreach (
            var c in d.Of("Microsoft.Storage/storageAccounts/blobServices/containers").Where(c => c["properties.publicAccess"] != "None")
        )
            yield return $"{c.Name}: blobs are public";
    }

    /// <summary>No rule lets in the whole internet, or all of Azure.</summary>
    public static IEnumerable<string> FirewallsAreClosed(Deployment d)
    {
        foreach (var rule in d.Resources.Where(r => r.Type.EndsWith("/firewallRules", StringComparison.OrdinalIgnoreCase)))
            yield return $"{rule.Name}: {rule["properties.startIpAddress"]} to {rule["properties.endIpAddress"]} is let in; "
                + "apps come through the private endpoint";
        foreach (var r in d.Resources)
            foreach (var (path, text) in r.Texts())
                if (text is "0.0.0.0" or "0.0.0.0/0" or "::/0" || (text is "*" or "Any" or "Internet" && AllowsInbound(r, path)))
                    yield return $"{r.Name}: {path} is {text}";
    }

    private static bool AllowsInbound(Resource r, string path) =>
        r.Is("Microsoft.Network/networkSecurityGroups")
            && path.EndsWith("sourceAddressPrefix", StringComparison.Ordinal)
            && !r.Json.GetRawText().Contains("\"Deny\"", StringComparison.Ordinal)
        || path.EndsWith("ipAddress", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith("allowedOrigins[0]", StringComparison.Ordinal);

    /// <param name="listed">Ids of roles.bicep.</param>
    public static IEnumerable<string> RolesAreListed(Deployment d, IReadOnlyCollection<string> listed)
    {
        foreach (var a in d.Of("Microsoft.Authorization/roleAssignments"))
        {
            var scope = Deployment.ScopeOf(a);
            if (TooMuch.Contains(a.Role))
                yield return $"{a.Role} on {scope}: Owner, Contributor and those who give rights are for nobody here";
            else if (!listed.Contains(a.Role)) yield return $"{a.Role} on {scope} is not in roles.bicep";
            if (a["properties.principalType"] != "ServicePrincipal")
                yield return $"the assignment of {a.Role} on {scope} does not say what kind its principal is";
            if (!scope.Contains("/providers/", StringComparison.Ordinal)) yield return $"{a.Role} is granted on the whole resource group";
        }
        foreach (var duplicate in d.Of("Microsoft.Authorization/roleAssignments").GroupBy(a => a.Id).Where(g => g.Count() > 1))
            yield return $"{duplicate.Key} is assigned twice";
    }

    /// <summary>Keys may be asked of a service while deploying (an expression); a text that is one may not stand here.</summary>
    public static IEnumerable<string> NoLiteralSecrets(Deployment d) =>
        from r in d.Resources
        from t in r.Texts()
        where !t.Text.StartsWith('[')
        where
            SecretName().IsMatch(t.Path) && t.Text.Length > 0 && !NotASecret().IsMatch(t.Path)
            || SecretText().IsMatch(t.Text)
            || r.Is("Microsoft.KeyVault/vaults/secrets") && t.Path == "properties.value"
        select $"{r.Name}: {t.Path} looks like a secret";

    public static IEnumerable<string> TlsIsCurrent(Deployment d)
    {
        (string Type, string Path, string[] Good)[] wanted =
        [
            ("Microsoft.Storage/storageAccounts", "properties.minimumTlsVersion", ["TLS1_2", "TLS1_3"]),
            ("Microsoft.Storage/storageAccounts", "properties.supportsHttpsTrafficOnly", ["true"]),
            ("Microsoft.Web/sites", "properties.siteConfig.minTlsVersion", ["1.2", "1.3"]),
            ("Microsoft.Web/sites", "properties.siteConfig.scmMinTlsVersion", ["1.2", "1.3"]),
            ("Microsoft.Web/sites", "properties.siteConfig.ftpsState", ["Disabled"]),
            ("Microsoft.Web/sites", "properties.httpsOnly", ["true"]),
            ("Microsoft.Cache/redisEnterprise", "properties.minimumTlsVersion", ["1.2", "1.3"]),
            ("Microsoft.Cache/redisEnterprise/databases", "properties.clientProtocol", ["Encrypted"]),
            ("Microsoft.Cdn/profiles/customDomains", "properties.tlsSettings.minimumTlsVersion", ["TLS12", "TLS13"]),
            ("Microsoft.Cdn/profiles/afdEndpoints/routes", "properties.forwardingProtocol", ["HttpsOnly"]),
            ("Microsoft.Cdn/profiles/afdEndpoints/routes", "properties.httpsRedirect", ["Enabled"]),
            ("Microsoft.ApiManagement/service/apis", "properties.protocols", ["[\"https\"]"]),
        ];
        foreach (var (type, path, good) in wanted)
            foreach (
            var r in d.Of(type)
                .Where(r => !good.Contains(r[path]?.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)))
        )
            yield return $"{r.Name}: {path} is {r[path] ?? "not set"}";
        foreach (var (name, value) in new[] { ("require_secure_transport", "on"), ("ssl_min_protocol_version", "TLSv1.2") })
            if (
                d.Of("Microsoft.DBforPostgreSQL/flexibleServers/configurations")
                    .SingleOrDefault(c => c.Name.EndsWith("/" + name, StringComparison.Ordinal))
                    ?["properties.value"] != value
            )
                yield return $"PostgreSQL: {name} is not {value}";
    }

    public static IEnumerable<string> EverythingIsDiagnosed(Deployment d)
    {
        var watched = d.Of("Microsoft.Insights/diagnosticSettings").Select(Deployment.ScopeOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return d
            .Resources.Where(r =>
                r.Type.Split('/').Length == 2 && !WithoutLog.Contains(r.Type, StringComparer.OrdinalIgnoreCase) && !watched.Contains(r.Id)
            )
            .Select(r => $"{r.Type} {r.Name}: no diagnostic setting")
            .Concat(
                d.Resources.Where(r =>
                        r.Type is "Microsoft.Storage/storageAccounts/blobServices" or "Microsoft.Storage/storageAccounts/tableServices"
                        && !watched.Contains(r.Id)
                    )
                    .Select(r => $"{r.Name}: no diagnostic setting")
            );
    }

    /// <summary>Every alert that is wanted is there, and somebody gets it.</summary>
    public static IEnumerable<string> Alerts(Deployment d)
    {
        var alerts = d.Of("Microsoft.Insights/scheduledQueryRules").Concat(d.Of("Microsoft.Insights/metricAlerts")).ToList();
        string[] wanted =
        [
            "errors",
            "slow",
            "pool-exhausted",
            "provider-failures",
            "unusual-trading",
            "event-log-touched",
            "postgres-cpu",
            "postgres-memory",
            "postgres-storage",
            "redis-memory",
            "memory-func",
            "cpu-func",
        ];
        return wanted
            .Where(w => !alerts.Any(a => a.Name.StartsWith("alert-" + w, StringComparison.Ordinal)))
            .Select(w => $"nothing warns of {w}")
            .Concat(
                alerts
                    .Where(a =>
                        a["properties.enabled"] != "true"
                        || !(a["properties.actions"] + a["properties.actions.actionGroups"]).Contains(
                            "Microsoft.Insights/actionGroups",
                            StringComparison.OrdinalIgnoreCase
                        )
                    )
                    .Select(a => $"nobody is told of {a.Name}")
            );
    }

    /// <summary>Traps of the platform that compile and then fail or cost.</summary>
    public static IEnumerable<string> PlatformTraps(Deployment d)
    {
        foreach (var plan in d.Of("Microsoft.Web/sites").GroupBy(s => s["properties.serverFarmId"]).Where(g => g.Count() > 1))
            yield return $"{plan.Key}: a Flex Consumption plan takes one app";
        foreach (var s in d.Of("Microsoft.Web/sites"))
        {
            if (s["properties.functionAppConfig.runtime.version"] != "10.0") yield return $"{s.Name}: runtime.version is '10.0'";
            if (
                s["properties.functionAppConfig.deployment.storage.value"] is not { } url
                || !url.Contains("primaryEndpoints.blob", StringComparison.Ordinal)
            )
                yield return $"{s.Name}: deployment.storage.value is the container's URL";
        }
        foreach (var (app, settings) in d.AppSettings)
        {
            if (settings.ContainsKey("FUNCTIONS_WORKER_RUNTIME"))
                yield return $"{app}: FUNCTIONS_WORKER_RUNTIME is functionAppConfig's to say";
            if (!settings.ContainsKey("AzureWebJobsStorage__clientId"))
                yield return $"{app}: a user-assigned identity is named by AzureWebJobsStorage__clientId";
            if (
                !settings
                    .GetValueOrDefault("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "")
                    .Contains("Authorization=AAD", StringComparison.Ordinal)
            )
                yield return $"{app}: telemetry without a key needs the authentication string";
        }
        foreach (var s in d.Of("Microsoft.DurableTask/schedulers").Where(s => s["properties.ipAllowlist"] is null or "[]"))
            yield return $"{s.Name}: an empty ipAllowlist lets nobody in";
        foreach (var g in d.Of("Microsoft.ApiManagement/service").Where(g => g["sku.name"] == "Premium"))
            yield return $"{g.Name}: a Premium unit costs more than everything else together";
        foreach (
            var n in d.Of("Microsoft.Network/virtualNetworks")
                .Where(n => !n.Json.GetRawText().Contains("Microsoft.App/environments", StringComparison.Ordinal))
        )
            yield return $"{n.Name}: the apps' subnet is delegated to Microsoft.App/environments";
    }

    [GeneratedRegex("(password|secret|accesskey|sharedkey|connectionstring|(^|[._])key)(\\b|_|$)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // Names of things, policies about passwords, and connection strings without one.
    [GeneratedRegex(
        "passwordAuth|basicPublishing|ConnectionStrings__Postgres|CONNECTION_STRING$|AzureSignalRConnectionString__|keyType|keySource",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex NotASecret();

    [GeneratedRegex(
        "(AccountKey|Password|SharedAccessKey|sig)=[^;]{6,}|-----BEGIN|\\bsk-[A-Za-z0-9]{20,}|\\bgh[ps]_[A-Za-z0-9]{30,}",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex SecretText();
}
