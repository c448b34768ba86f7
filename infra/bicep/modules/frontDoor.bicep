// Azure Front Door with its web application firewall, before the gateway.
param name string
param endpointName string
param firewallName string
param tags object
param logs string
param gateway string

@description('The API\'s own name, with a certificate that Front Door keeps current. Empty for the endpoint\'s name alone.')
param customDomain string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = { name: logs }

resource firewall 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies@2024-02-01' = {
  name: firewallName
  location: 'Global'
  tags: tags
  sku: { name: 'Premium_AzureFrontDoor' }
  properties: {
    policySettings: { enabledState: 'Enabled', mode: 'Prevention', requestBodyCheck: 'Enabled' }
    customRules: {
      rules: [
        {
          name: 'floods'
          priority: 100
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          // Above every limit of the API: what exceeds it is no client.
          rateLimitThreshold: 3000
          action: 'Block'
          matchConditions: [{ matchVariable: 'RequestUri', operator: 'Contains', matchValue: ['/'] }]
        }
      ]
    }
    managedRules: {
      managedRuleSets: [
        { ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1', ruleSetAction: 'Block' }
        { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' }
      ]
    }
  }
}

resource profile 'Microsoft.Cdn/profiles@2025-04-15' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: 'Premium_AzureFrontDoor' }
  properties: { originResponseTimeoutSeconds: 120 }

  resource endpoint 'afdEndpoints' = {
    name: endpointName
    location: 'global'
    tags: tags
    properties: { enabledState: 'Enabled' }

    resource route 'routes' = {
      name: 'all'
      properties: {
        originGroup: { id: group.id }
        customDomains: empty(customDomain) ? [] : [{ id: domain.id }]
        patternsToMatch: ['/*']
        supportedProtocols: ['Http', 'Https']
        httpsRedirect: 'Enabled'
        forwardingProtocol: 'HttpsOnly'
        linkToDefaultDomain: 'Enabled'
        enabledState: 'Enabled'
      }
      dependsOn: [group::origin]
    }
  }

  resource domain 'customDomains' = if (!empty(customDomain)) {
    name: empty(customDomain) ? 'none' : replace(customDomain, '.', '-')
    properties: {
      hostName: customDomain
      tlsSettings: { certificateType: 'ManagedCertificate', minimumTlsVersion: 'TLS12' }
    }
  }

  resource group 'originGroups' = {
    name: 'gateway'
    properties: {
      loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3 }
      healthProbeSettings: { probePath: '/v1/health/live', probeProtocol: 'Https', probeRequestType: 'GET', probeIntervalInSeconds: 60 }
    }

    resource origin 'origins' = {
      name: 'gateway'
      properties: {
        hostName: '${gateway}.azure-api.net'
        originHostHeader: '${gateway}.azure-api.net'
        httpsPort: 443
        enforceCertificateNameCheck: true
        enabledState: 'Enabled'
      }
    }
  }

  resource security 'securityPolicies' = {
    name: 'firewall'
    properties: {
      parameters: {
        type: 'WebApplicationFirewall'
        wafPolicy: { id: firewall.id }
        associations: [
          { domains: concat([{ id: endpoint.id }], empty(customDomain) ? [] : [{ id: domain.id }]), patternsToMatch: ['/*'] }
        ]
      }
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: profile
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = profile.properties.frontDoorId
output hostName string = profile::endpoint.properties.hostName
