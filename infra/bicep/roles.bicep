// Every Azure role that anything here is granted, and why. A test refuses an assignment of any other, and Owner and Contributor in any case.

@export()
var roles = {
  // The Functions host keeps keys, timer leases and the deployed package in blobs, and must be able to take leases on its own containers.
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  // Adds to the event log: the auth app alone, and on that table alone. No built-in role adds without changing; an alert tells of a change.
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  // Reads settings that are secrets; cannot write or list keys and certificates.
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  // Sends telemetry: local authentication of Application Insights is off.
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  // Runs orchestrations in its own task hub.
  durableTaskDataContributor: '0ad04412-c4d5-4796-b79c-f76d14c8d402'
  // Pushes quotes over the service's REST API; the market app alone.
  signalRRestApiOwner: 'fd53cd77-2268-407a-8f46-7e7863d0f521'
}
