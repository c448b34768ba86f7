// What wakes somebody up.
import { eventTable } from '../names.bicep'

param location string
param tags object
param logs string
param actions string
param postgres string
param redis string

@description('Full names of the function apps.')
param sites string[]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }
resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' existing = { name: actions }
resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' existing = { name: postgres }
resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' existing = { name: redis }
resource apps 'Microsoft.Web/sites@2024-11-01' existing = [for site in sites: { name: site }]

// Each answers rows only when something is wrong.
var queries = [
  {
    name: 'errors'
    severity: 1
    description: 'More than 1 % of requests failed over 5 minutes.'
    query: 'AppRequests | where Name !has "health" | summarize failed = countif(toint(ResultCode) >= 500), all = count() | where all >= 50 and failed * 100.0 / all > 1'
  }
  {
    name: 'slow'
    severity: 2
    description: 'The 95th percentile of requests took longer than 2 s over 5 minutes.'
    query: 'AppRequests | where Name !has "health" | summarize p95 = percentile(DurationMs, 95), all = count() | where all >= 50 and p95 > 2000'
  }
  {
    name: 'pool-exhausted'
    severity: 1
    description: 'An app waited in vain for a connection to PostgreSQL.'
    query: 'union (AppExceptions | project text = strcat(OuterMessage, InnermostMessage)), (AppTraces | project text = Message) | where text has "connection pool has been exhausted" or text has "too many clients"'
  }
  {
    name: 'provider-failures'
    severity: 2
    description: 'More than 5 % of market and ai requests failed over 15 minutes because a provider was away.'
    query: 'AppRequests | where Url has "/market/" or Url has "/ai/" | summarize failed = countif(toint(ResultCode) in (502, 503, 504)), all = count() | where all >= 20 and failed * 20 > all'
  }
  {
    name: 'unusual-trading'
    severity: 1
    description: 'More orders within 15 minutes than five times the mean of the last two days.'
    query: 'let orders = AppRequests | where Name has "POST" and Url has "/trading/" and Url has "orders"; let usual = toscalar(orders | where TimeGenerated < ago(15m) | summarize count() / 192.0); orders | where TimeGenerated >= ago(15m) | summarize now = count() | where now > 50 and now > 5 * usual'
  }
  {
    name: 'event-log-touched'
    severity: 1
    description: 'A row of the event log was changed or deleted; apps only add.'
    query: 'StorageTableLogs | where Uri has "${eventTable}" and OperationName in ("DeleteEntity", "DeleteTable", "InsertOrMergeEntity", "InsertOrReplaceEntity", "MergeEntity", "UpdateEntity")'
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for q in queries: {
    name: 'alert-${q.name}'
    location: location
    tags: tags
    properties: {
      displayName: q.name
      description: q.description
      severity: q.severity
      enabled: true
      // A table of the workspace is there from its first row on, later than this rule.
      skipQueryValidation: true
      scopes: [workspace.id]
      evaluationFrequency: 'PT5M'
      windowSize: q.name == 'errors' || q.name == 'slow' || q.name == 'pool-exhausted' ? 'PT5M' : 'PT15M'
      overrideQueryTimeRange: q.name == 'unusual-trading' ? 'P2D' : null
      criteria: {
        allOf: [
          {
            query: q.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroup.id] }
      autoMitigate: true
    }
  }
]

var metrics = [
  { name: 'postgres-cpu', metric: 'cpu_percent', threshold: 80, description: 'CPU of PostgreSQL over 80 % for 15 minutes.' }
  { name: 'postgres-memory', metric: 'memory_percent', threshold: 90, description: 'Memory of PostgreSQL over 90 % for 15 minutes.' }
  { name: 'postgres-storage', metric: 'storage_percent', threshold: 80, description: 'Disk of PostgreSQL over 80 %.' }
]

resource postgresAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for m in metrics: {
    name: 'alert-${m.name}'
    location: 'global'
    tags: tags
    properties: {
      description: m.description
      severity: 2
      enabled: true
      scopes: [server.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: m.metric
            metricName: m.metric
            criterionType: 'StaticThresholdCriterion'
            timeAggregation: 'Average'
            operator: 'GreaterThan'
            threshold: m.threshold
          }
        ]
      }
      actions: [{ actionGroupId: actionGroup.id }]
    }
  }
]

resource redisMemory 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-redis-memory'
  location: 'global'
  tags: tags
  properties: {
    description: 'Memory of Redis over 90 %: it evicts, answers get slower.'
    severity: 3
    enabled: true
    scopes: [cluster.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'usedmemorypercentage'
          metricName: 'usedmemorypercentage'
          criterionType: 'StaticThresholdCriterion'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 90
        }
      ]
    }
    actions: [{ actionGroupId: actionGroup.id }]
  }
}

var appMetrics = flatten(map(
  range(0, length(sites)),
  i => [{ site: i, name: 'memory', metric: 'MemoryPercentage' }, { site: i, name: 'cpu', metric: 'CpuPercentage' }]
))

resource loadAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for m in appMetrics: {
    name: 'alert-${m.name}-${sites[m.site]}'
    location: 'global'
    tags: tags
    properties: {
      description: 'The app\'s instances over 90 % (${m.name}) for 15 minutes.'
      severity: 2
      enabled: true
      scopes: [apps[m.site].id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: m.name
            metricName: m.metric
            criterionType: 'StaticThresholdCriterion'
            timeAggregation: 'Average'
            operator: 'GreaterThan'
            threshold: 90
            skipMetricValidation: true
          }
        ]
      }
      actions: [{ actionGroupId: actionGroup.id }]
    }
  }
]
