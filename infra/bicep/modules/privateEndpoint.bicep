// One door into the network for one resource; its DNS record goes into the zone of its kind.
param name string
param location string
param tags object
param network string
param targetId string
param groupId string
param zone string

resource vnet 'Microsoft.Network/virtualNetworks@2024-07-01' existing = {
  name: network

  resource subnet 'subnets' existing = { name: 'endpoints' }
}

resource dnsZone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = { name: zone }

resource endpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: 'pe-${name}'
  location: location
  tags: tags
  properties: {
    subnet: { id: vnet::subnet.id }
    privateLinkServiceConnections: [{ name: name, properties: { privateLinkServiceId: targetId, groupIds: [groupId] } }]
  }

  resource records 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: groupId, properties: { privateDnsZoneId: dnsZone.id } }] }
  }
}
