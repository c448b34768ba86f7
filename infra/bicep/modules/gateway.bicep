// API Management: the one public door. /v1 and the same paths without it lead to the same apps.
import { functionApp, appNameOf } from '../names.bicep'
import { roles } from '../roles.bicep'

param name string
param environment string
param location string
param tags object
param logs string
param insights string
param network string
param apps functionApp[]
param publisherEmail string
param sku 'Developer' | 'StandardV2'
param units int

@description('The pages that may call with credentials.')
param origins string[]

@description('Who issues the tokens: Auth:PublicOrigin.')
param issuer string

@description('The id that Front Door puts on what it forwards; nothing else gets in. Empty where there is none.')
param frontDoorId string

@description('With private apps the gateway goes out through the network.')
param privateApps bool

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }
resource component 'Microsoft.Insights/components@2020-02-02' existing = { name: insights }
resource vnet 'Microsoft.Network/virtualNetworks@2024-07-01' existing = if (privateApps) {
  name: network

  resource subnet 'subnets' existing = { name: 'gateway' }
}

resource service 'Microsoft.ApiManagement/service@2025-09-01-preview' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, capacity: units }
  identity: { type: 'SystemAssigned' }
  properties: {
    publisherName: 'AgentInvest'
    publisherEmail: publisherEmail
    publicNetworkAccess: 'Enabled'
    virtualNetworkType: privateApps ? 'External' : 'None'
    virtualNetworkConfiguration: privateApps ? { subnetResourceId: vnet::subnet.id } : null
    zoneRedundant: sku == 'StandardV2' ? units > 1 : null
    developerPortalStatus: 'Disabled'
    customProperties: sku == 'Developer'
      ? {
          'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10': 'False'
          'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls11': 'False'
          'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls10': 'False'
          'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls11': 'False'
        }
      : null
  }
}

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, service.id, roles.monitoringMetricsPublisher)
  scope: component
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher)
    principalId: service.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource logger 'Microsoft.ApiManagement/service/loggers@2024-05-01' = {
  parent: service
  name: 'insights'
  properties: {
    loggerType: 'applicationInsights'
    resourceId: component.id
    credentials: { connectionString: component.properties.ConnectionString, identityClientId: 'SystemAssigned' }
  }
  dependsOn: [telemetry]
}

resource traces 'Microsoft.ApiManagement/service/diagnostics@2024-05-01' = {
  parent: service
  name: 'applicationinsights'
  properties: {
    loggerId: logger.id
    alwaysLog: 'allErrors'
    httpCorrelationProtocol: 'W3C'
    logClientIp: false
    sampling: { samplingType: 'fixed', percentage: 20 }
  }
}

resource backends 'Microsoft.ApiManagement/service/backends@2024-05-01' = [
  for app in apps: {
    parent: service
    name: app.name
    properties: {
      protocol: 'http'
      url: 'https://${appNameOf(app.name, environment, resourceGroup().id)}.azurewebsites.net/v1'
      tls: { validateCertificateChain: true, validateCertificateName: true }
      circuitBreaker: {
        rules: [
          {
            name: 'unwell'
            failureCondition: { count: 20, interval: 'PT30S', statusCodeRanges: [{ min: 502, max: 504 }] }
            tripDuration: 'PT10S'
            acceptRetryAfter: true
          }
        ]
      }
    }
  }
]

resource versions 'Microsoft.ApiManagement/service/apiVersionSets@2024-05-01' = {
  parent: service
  name: 'agentinvest'
  properties: { displayName: 'AgentInvest', versioningScheme: 'Segment' }
}

resource v1 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'v1'
  properties: {
    displayName: 'AgentInvest v1'
    path: ''
    apiVersion: 'v1'
    apiVersionSetId: versions.id
    protocols: ['https']
    subscriptionRequired: false
  }
}

// The unprefixed alias: the same set without a version.
resource alias 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'unprefixed'
  properties: {
    displayName: 'AgentInvest (unprefixed alias of v1)'
    path: ''
    apiVersionSetId: versions.id
    protocols: ['https']
    subscriptionRequired: false
  }
}

var methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

resource v1Operations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for method in methods: {
    parent: v1
    name: toLower(method)
    properties: { displayName: method, method: method, urlTemplate: '/*' }
  }
]

resource aliasOperations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for method in methods: {
    parent: alias
    name: toLower(method)
    properties: { displayName: method, method: method, urlTemplate: '/*' }
  }
]

var routes = join(
  map(
    apps,
    app =>
      '<when condition="@(new [] { ${join(map(app.routes, route => '&quot;${route}&quot;'), ', ')} }.Contains((string)context.Variables[&quot;segment&quot;]))"><set-backend-service backend-id="${app.name}" /></when>'
  ),
  ''
)
// policies/api.xml has tokens, __X__, for what differs between environments.
// Front Door says who called, and only what comes through it is believed.
var frontDoor = empty(frontDoorId)
  ? ''
  : '<check-header name="X-Azure-FDID" failed-check-httpcode="403" failed-check-error-message="Forbidden" ignore-case="true"><value>${frontDoorId}</value></check-header>'
var clientIp = empty(frontDoorId)
  ? 'context.Request.IpAddress'
  : 'context.Request.Headers.GetValueOrDefault(&quot;X-Azure-ClientIP&quot;, context.Request.IpAddress)'
var policy = replace(
  replace(
    replace(
      replace(
        replace(loadTextContent('../policies/api.xml'), '__ROUTES__', routes),
        '__ORIGINS__',
        join(map(origins, origin => '<origin>${origin}</origin>'), '')
      ),
      '__ISSUER__',
      issuer
    ),
    '__FRONT_DOOR__',
    frontDoor
  ),
  '__CLIENT_IP__',
  clientIp
)

resource v1Policy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: v1
  name: 'policy'
  properties: { format: 'xml', value: policy }
  dependsOn: [backends]
}

resource aliasPolicy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: alias
  name: 'policy'
  properties: { format: 'xml', value: policy }
  dependsOn: [backends]
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: service
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'GatewayLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('Where the gateway calls from.')
output address string = service.properties.publicIPAddresses[0]
