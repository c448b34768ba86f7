// PostgreSQL 18: the books. Entra identities only, reached through private endpoints only.
import { database } from '../names.bicep'

@export()
type postgresSize = {
  sku: string
  tier: 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized'
  storageGb: int
  backupDays: int
  highlyAvailable: bool
  replica: bool
}

param name string
param replicaName string
param location string
param tags object
param logs string
param size postgresSize

@description('The group whose members run migrations and may do everything in the database.')
param administrators { objectId: string, name: string }

param locked bool

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: size.sku, tier: size.tier }
  properties: {
    version: '18'
    createMode: 'Default'
    authConfig: { activeDirectoryAuth: 'Enabled', passwordAuth: 'Disabled', tenantId: tenant().tenantId }
    storage: { storageSizeGB: size.storageGb, autoGrow: 'Enabled' }
    backup: { backupRetentionDays: size.backupDays, geoRedundantBackup: size.highlyAvailable ? 'Enabled' : 'Disabled' }
    highAvailability: { mode: size.highlyAvailable ? 'ZoneRedundant' : 'Disabled' }
    network: { publicNetworkAccess: 'Disabled' }
    maintenanceWindow: { customWindow: 'Enabled', dayOfWeek: 0, startHour: 3, startMinute: 0 }
  }
}

// The server takes one change at a time: each of its children waits for the one before.
resource administrator 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = {
  parent: server
  name: administrators.objectId
  properties: { principalType: 'Group', principalName: administrators.name, tenantId: tenant().tenantId }
}

resource books 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2025-08-01' = {
  parent: server
  name: database
  properties: { charset: 'UTF8', collation: 'C.utf8' }
  dependsOn: [administrator]
}

var settings = [
  { name: 'azure.extensions', value: 'PG_TRGM,CITEXT,BTREE_GIST' }
  { name: 'require_secure_transport', value: 'on' }
  { name: 'ssl_min_protocol_version', value: 'TLSv1.2' }
  { name: 'log_lock_waits', value: 'on' }
  { name: 'idle_in_transaction_session_timeout', value: '60000' }
]

@batchSize(1)
resource configurations 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = [
  for setting in settings: {
    parent: server
    name: setting.name
    properties: { value: setting.value, source: 'user-override' }
    dependsOn: [books]
  }
]

resource replica 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = if (size.replica) {
  name: replicaName
  location: location
  tags: tags
  sku: { name: size.sku, tier: size.tier }
  properties: {
    createMode: 'Replica'
    sourceServerResourceId: server.id
    authConfig: { activeDirectoryAuth: 'Enabled', passwordAuth: 'Disabled', tenantId: tenant().tenantId }
    network: { publicNetworkAccess: 'Disabled' }
  }
  dependsOn: [configurations]
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: server
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource replicaDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (size.replica) {
  name: 'to-workspace'
  scope: replica
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  name: 'holds-data'
  scope: server
  properties: { level: 'CanNotDelete', notes: 'The books.' }
}
