// One function app: Flex Consumption takes one app to a plan and has no slots.
import { functionApp, appNameOf, identityNameOf, packagesOf, taskHubOf } from '../names.bicep'

param app functionApp
param environment string
param location string
param tags object
param logs string
param network string
param storage string
param zoneRedundant bool

@description('False: reached through a private endpoint only.')
param publicAccess bool

@description('The gateway\'s address, the only one let in where access is public.')
param gatewayAddress string

@description('What every app is told.')
param commonSettings object

@description('What this app alone is told.')
param ownSettings object

@description('Connection string of Application Insights.')
param insightsConnection string

@description('Endpoint of the Durable Task Scheduler.')
param schedulerEndpoint string

var name = appNameOf(app.name, environment, resourceGroup().id)

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }
resource vnet 'Microsoft.Network/virtualNetworks@2024-07-01' existing = {
  name: network

  resource subnet 'subnets' existing = { name: 'apps' }
}
resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = { name: storage }
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = { name: identityNameOf(app.name, environment) }

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: vnet::subnet.id
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${account.properties.primaryEndpoints.blob}${packagesOf(app.name)}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: app.memory
        maximumInstanceCount: app.maximum
        alwaysReady: app.alwaysReady > 0 ? [{ name: 'http', instanceCount: app.alwaysReady }] : []
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: 'Deny'
      ipSecurityRestrictions: publicAccess
        ? [{ name: 'gateway', action: 'Allow', priority: 100, ipAddress: '${gatewayAddress}/32' }]
        : []
      scmIpSecurityRestrictionsUseMain: false
    }
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  // No FUNCTIONS_WORKER_RUNTIME here: functionAppConfig says it.
  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__accountName: storage
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
        // host.json names these two.
        DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identity.properties.clientId}'
        TASKHUB_NAME: taskHubOf(app.name)
        Azure__ClientId: identity.properties.clientId
      },
      commonSettings,
      ownSettings
    )
    dependsOn: [noFtp, noPassword]
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: site
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
