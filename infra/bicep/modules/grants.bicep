// The identity of one app, and the little it may do.
import { roles } from '../roles.bicep'
import { eventTable, identityNameOf, taskHubOf } from '../names.bicep'

param app string
param environment string
param location string
param tags object
param storage string
param vault string
param insights string
param scheduler string
param signalr string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storage

  resource tableService 'tableServices' existing = {
    name: 'default'

    resource events 'tables' existing = { name: eventTable }
  }
}
resource keyVault 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: vault }
resource component 'Microsoft.Insights/components@2020-02-02' existing = { name: insights }
resource hubs 'Microsoft.DurableTask/schedulers@2026-02-01' existing = {
  name: scheduler

  resource hub 'taskHubs' existing = { name: taskHubOf(app) }
}
resource realtime 'Microsoft.SignalRService/signalR@2024-03-01' existing = if (app == 'market') { name: signalr }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityNameOf(app, environment)
  location: location
  tags: tags
}

resource blobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identity.id, roles.storageBlobDataOwner)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataOwner)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource events 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (app == 'auth') {
  name: guid(account::tableService::events.id, identity.id, roles.storageTableDataContributor)
  scope: account::tableService::events
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageTableDataContributor)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource secrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(keyVault.id, identity.id, roles.keyVaultSecretsUser)
  scope: keyVault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, identity.id, roles.monitoringMetricsPublisher)
  scope: component
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource orchestrations 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hubs::hub.id, identity.id, roles.durableTaskDataContributor)
  scope: hubs::hub
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskDataContributor)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource push 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (app == 'market') {
  name: guid(realtime.id, identity.id, roles.signalRRestApiOwner)
  scope: realtime
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.signalRRestApiOwner)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

output clientId string = identity.properties.clientId
