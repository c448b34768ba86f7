// Survives the loss of a zone; a lost region is restored from the geo-redundant backup.
using 'main.bicep'

param environment = 'prod'
param production = true
param apps = [
  { name: 'auth', routes: ['auth', 'admin', 'health', '.well-known'], memory: 2048, alwaysReady: 2, maximum: 40 }
  { name: 'market', routes: ['market'], memory: 2048, alwaysReady: 2, maximum: 40 }
  { name: 'portfolio', routes: ['portfolio', 'portfolios', 'jobs', 'shared'], memory: 2048, alwaysReady: 2, maximum: 40 }
  { name: 'ai', routes: ['ai'], memory: 4096, alwaysReady: 0, maximum: 40 }
]
// 16 GiB: 1,718 connections by default. 4 apps × 40 instances × 8 = 1,280.
param postgres = { sku: 'Standard_D4ds_v5', tier: 'GeneralPurpose', storageGb: 256, backupDays: 30, highlyAvailable: true, replica: true }
param connectionsPerInstance = 8
param redisSku = 'Balanced_B3'
param signalr = { sku: 'Premium_P1', units: 1 }
param gateway = { sku: 'StandardV2', units: 2 }
param schedulerUnits = 3
param model = { name: 'gpt-5-mini', version: '2025-08-07', sku: 'GlobalStandard', capacity: 100 }
param databaseAdministrators = {
  objectId: readEnvironmentVariable('AGENTINVEST_DBA_GROUP_ID', '00000000-0000-0000-0000-000000000000')
  name: readEnvironmentVariable('AGENTINVEST_DBA_GROUP_NAME', 'agentinvest-dba')
}
param alertEmails = split(readEnvironmentVariable('AGENTINVEST_ALERT_EMAILS', 'alerts@example.com'), ',')
param customDomain = readEnvironmentVariable('AGENTINVEST_DOMAIN', 'api.example.com')
param origins = split(readEnvironmentVariable('AGENTINVEST_ORIGINS', 'https://app.example.com'), ',')
param smtp = {
  host: readEnvironmentVariable('AGENTINVEST_SMTP_HOST', 'smtp.example.com')
  port: 587
  user: readEnvironmentVariable('AGENTINVEST_SMTP_USER', 'agentinvest')
  from: readEnvironmentVariable('AGENTINVEST_SMTP_FROM', 'no-reply@example.com')
}
param githubBusinessId = readEnvironmentVariable('AGENTINVEST_GITHUB_BUSINESS_ID', '')
param logRetentionDays = 90
param logQuotaGbPerDay = 10
param budget = 6000
param budgetStart = '2026-12-01'
