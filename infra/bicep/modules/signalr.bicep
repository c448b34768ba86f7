// SignalR Service, serverless: browsers connect to it, the market app pushes through its REST API.
param name string
param location string
param tags object
param logs string
param vault string
param sku 'Free_F1' | 'Standard_S1' | 'Premium_P1'
param units int

@description('Pages that may connect.')
param origins string[]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }
resource keyVault 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: vault }

var free = sku == 'Free_F1'

resource service 'Microsoft.SignalRService/signalR@2024-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'SignalR'
  sku: { name: sku, capacity: units }
  properties: {
    features: [{ flag: 'ServiceMode', value: 'Serverless' }, { flag: 'EnableConnectivityLogs', value: 'True' }]
    cors: { allowedOrigins: origins }
    tls: { clientCertEnabled: false }
    // Negotiate signs its tokens with the key, from the vault; the push uses the app's identity.
    disableLocalAuth: false
    publicNetworkAccess: 'Enabled'
    // Browsers come from everywhere; management calls only through the private endpoint (which the free tier lacks).
    networkACLs: free ? null : { defaultAction: 'Allow', publicNetwork: { deny: ['ServerConnection', 'RESTAPI', 'Trace'] } }
  }
}

resource key 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: keyVault
  name: 'Azure--SignalR--AccessKey'
  properties: { contentType: 'text/plain', value: service.listKeys().primaryKey }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: service
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
