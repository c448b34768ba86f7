// What the Functions host keeps, deployed packages, and the table of the event log.
import { eventTable } from '../names.bicep'

param name string
param location string
param tags object
param logs string

@description('ZRS keeps three copies in three zones, GZRS three more in the paired region.')
param sku 'Standard_LRS' | 'Standard_GZRS'

@description('One per app.')
param containers string[]

@description('Days within which deleted blobs come back.')
param softDeleteDays int

param locked bool

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  kind: 'StorageV2'
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny', bypass: 'None' }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: { blob: { enabled: true }, table: { enabled: true, keyType: 'Account' } }
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
      containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
      isVersioningEnabled: true
    }

    resource packages 'containers' = [
      for container in containers: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource events 'tables' = { name: eventTable }
  }

  // Old packages and versions cost and serve nobody; the last ones stay for a roll-back.
  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'forget-old-versions'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'] }
              actions: {
                version: { delete: { daysAfterCreationGreaterThan: 90 } }
                snapshot: { delete: { daysAfterCreationGreaterThan: 90 } }
              }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::blobs
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'StorageWrite', enabled: true }, { category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::tableService
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'StorageWrite', enabled: true }, { category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  name: 'holds-data'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'The event log lies here.' }
}
