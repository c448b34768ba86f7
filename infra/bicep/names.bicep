// Every name in one place: the same function names a resource where it is made and where it is referred to.

@export()
@description('One function app.')
type functionApp = {
  @description('Lower-case; the project is Functions.<Name>.')
  name: string

  @description('First segments of the paths it serves behind /v1.')
  routes: string[]

  @description('Memory per instance in MB.')
  memory: 512 | 2048 | 4096

  @description('Instances kept warm; 0 may start cold. Zone redundancy wants 2.')
  alwaysReady: int

  @description('Instances at most, 40 to 1000.')
  maximum: int
}

@export()
@description('Names of an environment. Those that must be unique in the world end in a hash of the resource group.')
func namesOf(environment string, group string) object => {
  network: 'vnet-agentinvest-${environment}'
  logs: 'log-agentinvest-${environment}'
  insights: 'appi-agentinvest-${environment}'
  actions: 'ag-agentinvest-${environment}'
  storage: 'stagentinvest${take(uniqueString(group), 10)}'
  postgres: 'psql-agentinvest-${environment}-${uniqueString(group)}'
  replica: 'psql-agentinvest-${environment}-${uniqueString(group)}-read'
  redis: 'redis-agentinvest-${environment}-${uniqueString(group)}'
  signalr: 'sigr-agentinvest-${environment}-${uniqueString(group)}'
  scheduler: 'dts-agentinvest-${environment}'
  vault: 'kv-ai-${environment}-${uniqueString(group)}'
  openAi: 'oai-agentinvest-${environment}-${uniqueString(group)}'
  gateway: 'apim-agentinvest-${environment}-${uniqueString(group)}'
  frontDoor: 'afd-agentinvest-${environment}'
  frontDoorEndpoint: 'agentinvest-${environment}-${take(uniqueString(group), 6)}'
  firewall: 'wafagentinvest${environment}'
}

@export()
func appNameOf(app string, environment string, group string) string => 'func-agentinvest-${app}-${environment}-${take(uniqueString(group), 6)}'

@export()
@description('Also the name of the app\'s role in PostgreSQL.')
func identityNameOf(app string, environment string) string => 'id-agentinvest-${app}-${environment}'

@export()
@description('The task hub of an app. Azure takes names of 3 to 64 characters, and `ai` has two.')
func taskHubOf(app string) string => 'hub-${app}'

@export()
var database = 'agentinvest'

@export()
@description('Where deployed packages of an app lie.')
func packagesOf(app string) string => 'packages-${app}'

@export()
@description('The table of the event log: the audit\'s entries, copied out of the database by the auth app.')
var eventTable = 'auditevents'

@export()
@description('Secrets that a person puts into the vault once; docs/deploy.md says how. Bicep writes the others from the services\' own keys.')
var operatorSecrets = ['Security--MasterKey', 'Mail--Smtp--Password']
