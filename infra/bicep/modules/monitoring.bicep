// Logs, telemetry and whom alerts go to.
param logs string
param insights string
param actions string
param location string
param tags object

@description('Days that logs are kept.')
param retentionDays int

@description('GB of logs a day before ingestion stops; -1 for no limit.')
param dailyQuotaGb int

@description('Mail addresses that alerts and budgets go to.')
param alertEmails string[]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: logs
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
    features: { enableLogAccessUsingOnlyResourcePermissions: true, disableLocalAuth: true }
  }
}

resource workspaceDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: workspace
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: insights
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    DisableIpMasking: false
    IngestionMode: 'LogAnalytics'
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actions
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'agentinvest'
    enabled: true
    emailReceivers: [for (email, i) in alertEmails: { name: 'mail-${i}', emailAddress: email, useCommonAlertSchema: true }]
  }
}

@description('Says where telemetry goes; no secret, because local authentication is off.')
output connectionString string = component.properties.ConnectionString
