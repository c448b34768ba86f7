// Azure Managed Redis: a cache, nothing in it is missed when it is gone.
param name string
param location string
param tags object
param logs string
param vault string
param sku 'Balanced_B0' | 'Balanced_B3' | 'Balanced_B10'
param highlyAvailable bool

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }
resource keyVault 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: vault }

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    publicNetworkAccess: 'Disabled'
    minimumTlsVersion: '1.2'
    highAvailability: highlyAvailable ? 'Enabled' : 'Disabled'
  }

  resource cache 'databases' = {
    name: 'default'
    properties: {
      clientProtocol: 'Encrypted'
      port: 10000
      // For good: the policy of an existing database cannot be changed. One endpoint suits a client that does not know about slots.
      clusteringPolicy: 'EnterpriseCluster'
      evictionPolicy: 'AllKeysLRU'
      accessKeysAuthentication: 'Enabled'
    }
  }
}

// The key goes from service to vault within the deployment and is never a parameter or an output.
resource connection 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: keyVault
  name: 'ConnectionStrings--Redis'
  properties: {
    contentType: 'StackExchange.Redis configuration'
    value: '${cluster.properties.hostName}:10000,password=${cluster::cache.listKeys().primaryKey},ssl=True,abortConnect=False'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: cluster
  properties: { workspaceId: workspace.id, metrics: [{ category: 'AllMetrics', enabled: true }] }
}

resource cacheDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: cluster::cache
  properties: { workspaceId: workspace.id, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}
