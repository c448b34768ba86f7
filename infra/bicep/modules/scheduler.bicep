// Durable Task Scheduler. One task hub per app: a hub hands its work to any worker that asks, and an app knows its own orchestrators only.
param name string
param location string
param tags object
param hubs string[]

@description('Dedicated keeps three copies from capacity 3 on; Consumption is paid by the action.')
param dedicatedUnits int

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: dedicatedUnits > 0 ? { name: 'Dedicated', capacity: dedicatedUnits } : { name: 'Consumption' }
    // Required, and an empty list lets nobody in: the network's own addresses, for what comes through the private endpoint.
    ipAllowlist: ['10.20.0.0/16']
    publicNetworkAccess: 'Disabled'
  }

  resource taskHubs 'taskHubs' = [
    for hub in hubs: {
      name: hub
      properties: {}
    }
  ]
}

output endpoint string = scheduler.properties.endpoint
