// AgentInvest in one resource group: docs/deploy.md says how, docs/azure.md what and why, docs/cost.md for how much.
import { functionApp, namesOf, appNameOf, identityNameOf, database, packagesOf, taskHubOf } from 'names.bicep'
import { postgresSize } from 'modules/postgres.bicep'

@description('dev, prod: part of every name.')
@maxLength(6)
param environment string

param location string = resourceGroup().location

@description('The function apps; another one is another entry here.')
param apps functionApp[]

@description('Kept in zones, locked against deletion, behind Front Door, closed to the internet but for that.')
param production bool

param postgres postgresSize

@description('Connections of one instance of an app to PostgreSQL; instances × apps × this must stay under the server\'s max_connections.')
param connectionsPerInstance int

param redisSku 'Balanced_B0' | 'Balanced_B3' | 'Balanced_B10'
param signalr { sku: 'Free_F1' | 'Standard_S1' | 'Premium_P1', units: int }
param gateway { sku: 'Developer' | 'StandardV2', units: int }

@description('Units of a dedicated Durable Task Scheduler; 0 is paid by the action.')
param schedulerUnits int

param model { name: string, version: string, sku: string, capacity: int }

@description('The Entra group that administers PostgreSQL: the deploying identity and the people on call.')
param databaseAdministrators { objectId: string, name: string }

@description('Where mails of alerts and budgets go.')
param alertEmails string[]

@description('The API\'s own name; empty for the gateway\'s.')
param customDomain string

@description('The pages that may call the API with credentials, https://….')
param origins string[]

@description('A mail relay that speaks SMTP with STARTTLS; its password is the secret Mail--Smtp--Password. Empty: mails stay in the outbox.')
param smtp { host: string, port: int, user: string, from: string }

@description('The GitHub organisation\'s database id, for hosted runners inside the network.')
param githubBusinessId string = ''

param logRetentionDays int
param logQuotaGbPerDay int

@description('A month, in the subscription\'s currency.')
param budget int
param budgetStart string

var names = namesOf(environment, resourceGroup().id)
var tags = { application: 'agentinvest', environment: environment }
var publicOrigin = empty(customDomain) ? 'https://${names.gateway}.azure-api.net' : 'https://${customDomain}'
var signalrHost = '${names.signalr}.service.signalr.net'
var eventLog = 'https://${names.storage}.table.${az.environment().suffixes.storage}/'
var paidSignalr = signalr.sku != 'Free_F1'

var zones = {
  blob: 'privatelink.blob.${az.environment().suffixes.storage}'
  table: 'privatelink.table.${az.environment().suffixes.storage}'
  postgres: 'privatelink.postgres.database.azure.com'
  vault: 'privatelink.vaultcore.azure.net'
  redis: 'privatelink.redis.azure.net'
  scheduler: 'privatelink.durabletask.io'
  openAi: 'privatelink.openai.azure.com'
  signalr: 'privatelink.service.signalr.net'
  sites: 'privatelink.azurewebsites.net'
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    logs: names.logs
    insights: names.insights
    actions: names.actions
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyQuotaGb: logQuotaGbPerDay
    alertEmails: alertEmails
  }
}

module network 'modules/network.bicep' = {
  params: {
    name: names.network
    location: location
    tags: tags
    logs: names.logs
    zones: map(items(zones), zone => zone.value)
    gatewaySubnet: production
    githubBusinessId: githubBusinessId
  }
  dependsOn: [monitoring]
}

module storage 'modules/storage.bicep' = {
  params: {
    name: names.storage
    location: location
    tags: tags
    logs: names.logs
    sku: production ? 'Standard_GZRS' : 'Standard_LRS'
    containers: [for app in apps: packagesOf(app.name)]
    softDeleteDays: production ? 30 : 7
    locked: production
  }
  dependsOn: [monitoring]
}

module vault 'modules/keyVault.bicep' = {
  params: { name: names.vault, location: location, tags: tags, logs: names.logs }
  dependsOn: [monitoring]
}

module books 'modules/postgres.bicep' = {
  params: {
    name: names.postgres
    replicaName: names.replica
    location: location
    tags: tags
    logs: names.logs
    size: postgres
    administrators: databaseAdministrators
    locked: production
  }
  dependsOn: [monitoring]
}

module cache 'modules/redis.bicep' = {
  params: {
    name: names.redis
    location: location
    tags: tags
    logs: names.logs
    vault: names.vault
    sku: redisSku
    highlyAvailable: production
  }
  dependsOn: [vault]
}

module realtime 'modules/signalr.bicep' = {
  params: {
    name: names.signalr
    location: location
    tags: tags
    logs: names.logs
    vault: names.vault
    sku: signalr.sku
    units: signalr.units
    origins: origins
  }
  dependsOn: [vault]
}

module scheduler 'modules/scheduler.bicep' = {
  params: {
    name: names.scheduler
    location: location
    tags: tags
    hubs: [for app in apps: taskHubOf(app.name)]
    dedicatedUnits: schedulerUnits
  }
}

module openAi 'modules/openAi.bicep' = {
  params: {
    name: names.openAi
    location: location
    tags: tags
    logs: names.logs
    model: model
  }
}

var dataEndpoints = [
  { name: names.storage, suffix: '-blob', id: resourceId('Microsoft.Storage/storageAccounts', names.storage), group: 'blob', zone: zones.blob }
  { name: names.storage, suffix: '-table', id: resourceId('Microsoft.Storage/storageAccounts', names.storage), group: 'table', zone: zones.table }
  { name: names.postgres, suffix: '', id: resourceId('Microsoft.DBforPostgreSQL/flexibleServers', names.postgres), group: 'postgresqlServer', zone: zones.postgres }
  { name: names.vault, suffix: '', id: resourceId('Microsoft.KeyVault/vaults', names.vault), group: 'vault', zone: zones.vault }
  { name: names.redis, suffix: '', id: resourceId('Microsoft.Cache/redisEnterprise', names.redis), group: 'redisEnterprise', zone: zones.redis }
  { name: names.scheduler, suffix: '', id: resourceId('Microsoft.DurableTask/schedulers', names.scheduler), group: 'scheduler', zone: zones.scheduler }
  { name: names.openAi, suffix: '', id: resourceId('Microsoft.CognitiveServices/accounts', names.openAi), group: 'account', zone: zones.openAi }
]
var paidEndpoints = concat(
  postgres.replica
    ? [{ name: names.replica, suffix: '', id: resourceId('Microsoft.DBforPostgreSQL/flexibleServers', names.replica), group: 'postgresqlServer', zone: zones.postgres }]
    : [],
  paidSignalr
    ? [{ name: names.signalr, suffix: '', id: resourceId('Microsoft.SignalRService/signalR', names.signalr), group: 'signalr', zone: zones.signalr }]
    : []
)

module endpoints 'modules/privateEndpoint.bicep' = [
  for endpoint in concat(dataEndpoints, paidEndpoints): {
    params: {
      name: '${endpoint.name}${endpoint.suffix}'
      location: location
      tags: tags
      network: names.network
      targetId: endpoint.id
      groupId: endpoint.group
      zone: endpoint.zone
    }
    dependsOn: [network, storage, vault, books, cache, realtime, scheduler, openAi]
  }
]

module grants 'modules/grants.bicep' = [
  for app in apps: {
    params: {
      app: app.name
      environment: environment
      location: location
      tags: tags
      storage: names.storage
      vault: names.vault
      insights: names.insights
      scheduler: names.scheduler
      signalr: names.signalr
    }
    dependsOn: [storage, vault, monitoring, scheduler, realtime]
  }
]

module edge 'modules/frontDoor.bicep' = if (production) {
  params: {
    name: names.frontDoor
    endpointName: names.frontDoorEndpoint
    firewallName: names.firewall
    tags: tags
    logs: names.logs
    gateway: names.gateway
    customDomain: customDomain
  }
  dependsOn: [monitoring]
}

module door 'modules/gateway.bicep' = {
  params: {
    name: names.gateway
    environment: environment
    location: location
    tags: tags
    logs: names.logs
    insights: names.insights
    network: names.network
    apps: apps
    publisherEmail: alertEmails[0]
    sku: gateway.sku
    units: gateway.units
    origins: origins
    issuer: publicOrigin
    frontDoorId: production ? edge!.outputs.id : ''
    privateApps: production
  }
  dependsOn: [monitoring, network]
}

func connectionTo(server string, user string, most int) string =>
  'Host=${server}.postgres.database.azure.com;Database=${database};Username=${user};SSL Mode=VerifyFull;Maximum Pool Size=${most};Application Name=${user}'

var commonSettings = {
  Azure__KeyVaultUri: 'https://${names.vault}${az.environment().suffixes.keyvaultDns}/'
  Auth__PublicOrigin: publicOrigin
  Cors__Origins: join(origins, ',')
}
// The names of settings stand in docs/azure.md; a test holds them to what the code reads.
var settingsOf = {
  auth: {
    Audit__Tables: eventLog
    Mail__Smtp__Host: smtp.host
    Mail__Smtp__Port: string(smtp.port)
    Mail__Smtp__User: smtp.user
    Mail__Smtp__From: smtp.from
  }
  market: {
    Azure__SignalR__Endpoint: 'https://${signalrHost}'
    AzureSignalRConnectionString__serviceUri: 'https://${signalrHost}'
    AzureSignalRConnectionString__credential: 'managedidentity'
  }
  ai: {}
}

module functionApps 'modules/functionApp.bicep' = [
  for (app, i) in apps: {
    params: {
      app: app
      environment: environment
      location: location
      tags: tags
      logs: names.logs
      network: names.network
      storage: names.storage
      zoneRedundant: production
      publicAccess: !production
      gatewayAddress: door.outputs.address
      insightsConnection: monitoring.outputs.connectionString
      schedulerEndpoint: scheduler.outputs.endpoint
      commonSettings: union(
        commonSettings,
        { ConnectionStrings__Postgres: connectionTo(names.postgres, identityNameOf(app.name, environment), connectionsPerInstance) },
        postgres.replica
          ? { ConnectionStrings__PostgresRead: connectionTo(names.replica, identityNameOf(app.name, environment), connectionsPerInstance) }
          : {}
      )
      ownSettings: union(
        settingsOf[?app.name] ?? {},
        app.name == 'market' ? { AzureSignalRConnectionString__clientId: grants[i].outputs.clientId } : {}
      )
    }
    dependsOn: [endpoints]
  }
]

module appEndpoints 'modules/privateEndpoint.bicep' = [
  for app in apps: if (production) {
    params: {
      name: appNameOf(app.name, environment, resourceGroup().id)
      location: location
      tags: tags
      network: names.network
      targetId: resourceId('Microsoft.Web/sites', appNameOf(app.name, environment, resourceGroup().id))
      groupId: 'sites'
      zone: zones.sites
    }
    dependsOn: [functionApps]
  }
]

module alerts 'modules/alerts.bicep' = {
  params: {
    location: location
    tags: tags
    logs: names.logs
    actions: names.actions
    postgres: names.postgres
    redis: names.redis
    sites: [for app in apps: appNameOf(app.name, environment, resourceGroup().id)]
  }
  dependsOn: [functionApps, cache, books]
}

module money 'modules/budget.bicep' = {
  params: { amount: budget, start: budgetStart, emails: alertEmails }
}

@description('Where the API answers.')
output origin string = publicOrigin

@description('Point the custom domain here.')
output frontDoorHost string = production ? edge!.outputs.hostName : ''

@description('Where the event log is, for `audit verify`.')
output eventLog string = eventLog

output vault string = names.vault
output postgres string = names.postgres
output sites array = [for app in apps: { app: app.name, site: appNameOf(app.name, environment, resourceGroup().id) }]
output identities array = [for app in apps: identityNameOf(app.name, environment)]
