namespace AgentInvest.Infra.Tests;

/// <summary>What somebody might do to infra/bicep on a bad day, all of which compiles. Each rule must notice its own.</summary>
internal static class Spoils
{
    public static readonly (string File, string Old, string New)[] All =
    [
        // kept
        ("modules/postgres.bicep", "geoRedundantBackup: size.highlyAvailable ? 'Enabled' : 'Disabled'", "geoRedundantBackup: 'Disabled'"),
        ("modules/storage.bicep", "isVersioningEnabled: true", "isVersioningEnabled: false"),
        ("modules/keyVault.bicep", "    enablePurgeProtection: true\n", ""),
        ("main.prod.bicepparam", "schedulerUnits = 3", "schedulerUnits = 1"),
        // private
        ("modules/postgres.bicep", "network: { publicNetworkAccess: 'Disabled' }", "network: { publicNetworkAccess: 'Enabled' }"),
        ("modules/storage.bicep", "networkAcls: { defaultAction: 'Deny'", "networkAcls: { defaultAction: 'Allow'"),
        (
            "main.bicep",
            "{ name: names.redis, suffix: '', id: resourceId('Microsoft.Cache/redisEnterprise', names.redis)",
            "{ name: names.redis, suffix: '', id: resourceId('Microsoft.Cache/redis', names.redis)"
        ),
        // firewalls
        (
            "modules/postgres.bicep",
            "var settings = [",
            """
            resource open 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2025-08-01' = {
              parent: server
              name: 'azure'
              properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' }
            }

            var settings = [
            """
        ),
        ("modules/scheduler.bicep", "['10.20.0.0/16']", "['0.0.0.0/0']"),
        ("modules/network.bicep", "access: 'Deny'", "access: 'Allow'"),
        // roles: Contributor for reading secrets, a role nobody wrote down for tables, a principal of no kind
        ("roles.bicep", "4633458b-17de-408a-b874-0445c86b69e6", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
        ("roles.bicep", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
        (
            "modules/grants.bicep",
            "roles.signalRRestApiOwner)\n    principalId: identity.properties.principalId\n    principalType: 'ServicePrincipal'",
            "roles.signalRRestApiOwner)\n    principalId: identity.properties.principalId"
        ),
        // secrets
        ("modules/signalr.bicep", "value: service.listKeys().primaryKey", "value: 'a key that somebody pasted'"),
        ("main.bicep", "Username=${user};", "Username=${user};Password=hunter22;"),
        // TLS
        ("modules/functionApp.bicep", "      minTlsVersion: '1.2'", "      minTlsVersion: '1.0'"),
        ("modules/redis.bicep", "clientProtocol: 'Encrypted'", "clientProtocol: 'Plaintext'"),
        ("modules/postgres.bicep", "value: 'TLSv1.2'", "value: 'TLSv1'"),
        // logs
        ("modules/keyVault.bicep", "scope: vault\n", "scope: workspace\n"),
        // alerts
        ("modules/alerts.bicep", "name: 'pool-exhausted'", "name: 'pools'"),
        ("modules/alerts.bicep", "    severity: 3\n    enabled: true", "    severity: 3\n    enabled: false"),
        // traps
        (
            "modules/functionApp.bicep",
            "TASKHUB_NAME: taskHubOf(app.name)",
            "TASKHUB_NAME: taskHubOf(app.name)\n        FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'"
        ),
        ("modules/functionApp.bicep", "version: '10.0'", "version: '9.0'"),
        // settings: one nothing reads, one that is missing
        ("main.bicep", "  Auth__PublicOrigin: publicOrigin", "  Auth__PublicOrigins: publicOrigin"),
        ("main.bicep", "{ ConnectionStrings__Postgres: connectionTo(", "{ ConnectionStrings__Postgre: connectionTo("),
    ];
}
