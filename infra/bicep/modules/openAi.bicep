// Azure OpenAI for the analyst's chat. Text leaves the network for this service alone, and stays in its region group.
param name string
param location string
param tags object
param logs string
param model { name: string, version: string, sku: string, capacity: int }

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: name
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny' }
    restrictOutboundNetworkAccess: true
    allowedFqdnList: []
    // No app calls it yet, so there is no key to be had.
    disableLocalAuth: true
  }

  resource deployment 'deployments' = {
    name: model.name
    sku: { name: model.sku, capacity: model.capacity }
    properties: {
      model: { format: 'OpenAI', name: model.name, version: model.version }
      versionUpgradeOption: 'OnceCurrentVersionExpired'
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'Audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output endpoint string = account.properties.endpoint
