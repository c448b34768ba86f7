// Small and cheap, for trying things out: nothing is kept twice.
using 'main.bicep'

param environment = 'dev'
param production = false
param apps = [
  { name: 'auth', routes: ['auth', 'admin', 'health', '.well-known'], memory: 512, alwaysReady: 0, maximum: 40 }
  { name: 'market', routes: ['market'], memory: 512, alwaysReady: 0, maximum: 40 }
  { name: 'portfolio', routes: ['portfolio', 'portfolios', 'jobs', 'shared'], memory: 512, alwaysReady: 0, maximum: 40 }
  { name: 'ai', routes: ['ai'], memory: 2048, alwaysReady: 0, maximum: 40 }
]
param postgres = { sku: 'Standard_B2s', tier: 'Burstable', storageGb: 32, backupDays: 7, highlyAvailable: false, replica: false }
param connectionsPerInstance = 4
param redisSku = 'Balanced_B0'
param signalr = { sku: 'Free_F1', units: 1 }
param gateway = { sku: 'Developer', units: 1 }
param schedulerUnits = 0
param model = { name: 'gpt-5-mini', version: '2025-08-07', sku: 'GlobalStandard', capacity: 10 }
param databaseAdministrators = {
  objectId: readEnvironmentVariable('AGENTINVEST_DBA_GROUP_ID', '00000000-0000-0000-0000-000000000000')
  name: readEnvironmentVariable('AGENTINVEST_DBA_GROUP_NAME', 'agentinvest-dba')
}
param alertEmails = split(readEnvironmentVariable('AGENTINVEST_ALERT_EMAILS', 'alerts@example.com'), ',')
param customDomain = ''
param origins = split(readEnvironmentVariable('AGENTINVEST_ORIGINS', 'https://app.example.com'), ',')
param smtp = {
  host: readEnvironmentVariable('AGENTINVEST_SMTP_HOST', '')
  port: 587
  user: readEnvironmentVariable('AGENTINVEST_SMTP_USER', '')
  from: readEnvironmentVariable('AGENTINVEST_SMTP_FROM', '')
}
param githubBusinessId = readEnvironmentVariable('AGENTINVEST_GITHUB_BUSINESS_ID', '')
param logRetentionDays = 30
param logQuotaGbPerDay = 1
param budget = 400
param budgetStart = '2026-12-01'
