// The virtual network: apps go out through `apps`, everything that holds data is reached through `endpoints`.
param name string
param location string
param tags object
param logs string

@description('Zones of private endpoints.')
param zones string[]

@description('A gateway that calls private apps needs a subnet of its own.')
param gatewaySubnet bool

@description('The GitHub organisation\'s database id: its hosted runners then work inside the network. Empty for none.')
param githubBusinessId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }

var denyInbound = {
  name: 'deny-internet'
  properties: {
    priority: 4000
    direction: 'Inbound'
    access: 'Deny'
    protocol: '*'
    sourceAddressPrefix: 'Internet'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '*'
  }
}

resource closed 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: { securityRules: [denyInbound] }
}

resource closedDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: closed
  properties: { workspaceId: workspace.id, logs: [{ categoryGroup: 'allLogs', enabled: true }] }
}

var common = [
  {
    name: 'apps'
    properties: {
      addressPrefix: '10.20.0.0/24'
      networkSecurityGroup: { id: closed.id }
      delegations: [{ name: 'apps', properties: { serviceName: 'Microsoft.App/environments' } }]
    }
  }
  {
    name: 'endpoints'
    properties: {
      addressPrefix: '10.20.1.0/24'
      networkSecurityGroup: { id: closed.id }
      privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
    }
  }
]
var gateway = gatewaySubnet
  ? [
      {
        name: 'gateway'
        properties: {
          addressPrefix: '10.20.2.0/24'
          networkSecurityGroup: { id: closed.id }
          delegations: [{ name: 'gateway', properties: { serviceName: 'Microsoft.Web/serverFarms' } }]
        }
      }
    ]
  : []
var runners = !empty(githubBusinessId)
  ? [
      {
        name: 'runners'
        properties: {
          addressPrefix: '10.20.3.0/26'
          networkSecurityGroup: { id: closed.id }
          delegations: [{ name: 'runners', properties: { serviceName: 'GitHub.Network/networkSettings' } }]
        }
      }
    ]
  : []

resource vnet 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/16'] }
    // Subnets stand here and not as children: a redeployment would delete children that the parent does not list.
    subnets: concat(common, gateway, runners)
  }
}

resource vnetDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vnet
  properties: { workspaceId: workspace.id, metrics: [{ category: 'AllMetrics', enabled: true }] }
}

resource runnerSettings 'GitHub.Network/networkSettings@2024-04-02' = if (!empty(githubBusinessId)) {
  name: 'runners-${name}'
  location: location
  tags: tags
  properties: { subnetId: '${vnet.id}/subnets/runners', businessId: githubBusinessId }
}

resource dnsZones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zones: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in zones: {
    parent: dnsZones[i]
    name: name
    location: 'global'
    properties: { virtualNetwork: { id: vnet.id }, registrationEnabled: false }
  }
]
