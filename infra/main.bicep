targetScope = 'subscription'

metadata description = 'Pipeline on Azure: the app, its storage, its hubs, its task hub, and what watches over them.'

@minLength(1)
@maxLength(64)
@description('Name of the environment, from which those of all resources follow.')
param environmentName string

@minLength(1)
@description('Where everything is. Data stays in this region.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Everything by private addresses: endpoints, DNS and a subnet of its own, and public access off. Deploy from within the network then.')
param vnetEnabled bool

@description('Addresses of the network, where there is one.')
param vnetAddressPrefix string

@description('What names of storage accounts end with in this cloud, core.windows.net in the public one: for names in the private network.')
param storageSuffix string

@description('Where orchestrations are kept: in the host\'s storage account, or in a service made for them.')
param durableBackend 'azureStorage' | 'durableTaskScheduler'

@description('How the Durable Task Scheduler is paid.')
param durableTaskSku 'Consumption' | 'Dedicated'

@description('Three zones for storage and instances, and three capacity units for a dedicated scheduler.')
param zoneRedundant bool

@description('Memory of an instance in MB.')
param instanceMemoryMB 2048 | 4096

@description('Instances at most, of each group of functions that scales by itself.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances that are kept running, as GROUP=COUNT with commas between: http=1,durable=1,function:StreamHub1=2.')
param alwaysReady string

@description('Hubs that streams may read, at most four, with commas between. With none, nothing streams.')
param inputHubs string

@description('Hubs that streams only send to, with commas between.')
param outputHubs string

@description('Partitions of each hub; they cannot be changed later.')
@minValue(1)
@maxValue(32)
param hubPartitions int

@description('Hours that hubs keep events.')
@minValue(1)
@maxValue(168)
param hubRetentionHours int

@description('Throughput units of the namespace to begin with.')
@minValue(1)
@maxValue(40)
param hubThroughputUnits int

@description('Throughput units that the namespace grows to by itself.')
@minValue(1)
@maxValue(40)
param hubMaximumThroughputUnits int

@description('Days that deleted and overwritten data can be had back.')
@minValue(1)
@maxValue(365)
param dataRetentionDays int

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int

@description('Who is told of alerts; nobody, if empty.')
param alertEmail string

@description('Events that a stream may be behind, for ten minutes, before somebody is told.')
@minValue(1)
param streamLagEvents int

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var publicNetworkAccess = vnetEnabled ? 'Disabled' : 'Enabled'

// Names are known before there is anything, so that a what-if can tell what a deployment would change.
var identityName = '${abbreviations.managedIdentityUserAssignedIdentities}pipeline-${token}'
var componentName = '${abbreviations.insightsComponents}${token}'
var dataStorageName = '${abbreviations.storageStorageAccounts}data${token}'
var eventHubsName = '${abbreviations.eventHubNamespaces}${token}'
var undeliveredContainerName = 'undelivered-events'

var shuffleHub = 'pipeline-shuffle'
var uploadHub = 'pipeline-uploads'
var consumerGroup = 'pipeline'
var replayGroup = 'pipeline-replay'
var taskHubName = 'pipeline'

// Environment variables hold texts, and no lists.
var inputs = filter(map(split(inputHubs, ','), name => trim(name)), name => !empty(name))
var outputs = filter(map(split(outputHubs, ','), name => trim(name)), name => !empty(name))
var warm = map(filter(split(alwaysReady, ','), entry => contains(entry, '=')), entry => {
  name: trim(split(entry, '=')[0])
  instanceCount: int(trim(split(entry, '=')[1]))
})

// What people bring and take, and what must outlive a mistake.
var dataContainers = ['audit', 'datasets', 'grid-secrets', 'jobs', 'models', 'quarantine', 'results', 'stream-alerts', 'streams']

// What is rewritten many times a minute, and means nothing to anybody else.
var workingContainers = ['grid', 'stream-orders', 'stream-state']

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${abbreviations.resourcesResourceGroups}${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  name: 'identity'
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  name: 'monitoring'
  params: {
    workspaceName: '${abbreviations.operationalInsightsWorkspaces}${token}'
    componentName: componentName
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    retentionInDays: logRetentionDays
    publicNetworkAccess: publicNetworkAccess
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  scope: group
  name: 'host-storage'
  params: {
    name: '${abbreviations.storageStorageAccounts}host${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    zoneRedundant: zoneRedundant
    publicNetworkAccess: publicNetworkAccess
    containerNames: workingContainers
    workspaceId: monitoring.outputs.workspaceId
  }
}

module dataStorage 'modules/data-storage.bicep' = {
  scope: group
  name: 'data-storage'
  params: {
    name: dataStorageName
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    zoneRedundant: zoneRedundant
    publicNetworkAccess: publicNetworkAccess
    containerNames: dataContainers
    undeliveredContainerName: undeliveredContainerName
    retentionInDays: dataRetentionDays
    workspaceId: monitoring.outputs.workspaceId
  }
}

module eventHubs 'modules/event-hubs.bicep' = {
  scope: group
  name: 'event-hubs'
  params: {
    name: eventHubsName
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    hubNames: union(inputs, outputs, [shuffleHub], vnetEnabled ? [uploadHub] : [])
    partitions: hubPartitions
    retentionInHours: hubRetentionHours
    throughputUnits: hubThroughputUnits
    maximumThroughputUnits: hubMaximumThroughputUnits
    consumerGroup: consumerGroup
    replayGroup: replayGroup
    publicNetworkAccess: publicNetworkAccess
    workspaceId: monitoring.outputs.workspaceId
  }
}

module durableTask 'modules/durable-task-scheduler.bicep' = if (durableBackend == 'durableTaskScheduler') {
  scope: group
  name: 'durable-task'
  params: {
    name: '${abbreviations.durableTaskSchedulers}${token}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    identityName: identityName
    sku: durableTaskSku
    capacity: zoneRedundant ? 3 : 1
    taskHubName: taskHubName
    publicNetworkAccess: publicNetworkAccess
  }
}

module network 'modules/network.bicep' = if (vnetEnabled) {
  scope: group
  name: 'network'
  params: {
    networkName: '${abbreviations.networkVirtualNetworks}${token}'
    privateLinkScopeName: '${abbreviations.insightsPrivateLinkScopes}${token}'
    endpointPrefix: '${abbreviations.networkPrivateEndpoints}${token}-'
    location: location
    tags: tags
    addressPrefix: vnetAddressPrefix
    storageSuffix: storageSuffix
    workspaceId: monitoring.outputs.workspaceId
    componentId: monitoring.outputs.componentId
    services: concat(
      map(['blob', 'queue', 'table'], part => {
        name: 'host-${part}'
        serviceId: hostStorage.outputs.id
        groupId: part
        zones: ['privatelink.${part}.${storageSuffix}']
      }),
      map(['blob', 'queue'], part => {
        name: 'data-${part}'
        serviceId: dataStorage.outputs.id
        groupId: part
        zones: ['privatelink.${part}.${storageSuffix}']
      }),
      [
        {
          name: 'hubs'
          serviceId: eventHubs.outputs.id
          groupId: 'namespace'
          zones: ['privatelink.servicebus.windows.net']
        }
      ],
      durableBackend == 'durableTaskScheduler'
        ? [
            {
              name: 'durable-task'
              serviceId: durableTask!.outputs.id
              groupId: 'scheduler'
              zones: ['privatelink.durabletask.io']
            }
          ]
        : []
    )
  }
}

module app 'modules/function-app.bicep' = {
  scope: group
  name: 'function-app'
  params: {
    name: '${abbreviations.webSitesFunctions}pipeline-${token}'
    planName: '${abbreviations.webServerFarms}${token}'
    location: location
    tags: tags
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: warm
    zoneRedundant: zoneRedundant
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    packageContainerUrl: hostStorage.outputs.packageContainerUrl
    hostStorageName: hostStorage.outputs.name
    dataBlobEndpoint: dataStorage.outputs.blobEndpoint
    dataQueueEndpoint: dataStorage.outputs.queueEndpoint
    componentName: componentName
    eventHubsHostName: eventHubs.outputs.hostName
    inputHubs: inputs
    shuffleHub: shuffleHub
    uploadHub: uploadHub
    consumerGroup: consumerGroup
    replayGroup: replayGroup
    durableBackend: durableBackend
    durableTaskEndpoint: durableTask.?outputs.endpoint
    vnetEnabled: vnetEnabled
    subnetId: network.?outputs.appSubnetId
    workspaceId: monitoring.outputs.workspaceId
  }
}

// Who calls the app comes through an endpoint too. It is made last: the app needs the network's subnet.
module appEndpoint 'modules/app-endpoint.bicep' = if (vnetEnabled) {
  scope: group
  name: 'app-endpoint'
  params: {
    name: '${abbreviations.networkPrivateEndpoints}${token}-app'
    networkName: '${abbreviations.networkVirtualNetworks}${token}'
    location: location
    tags: tags
    appId: app.outputs.id
  }
}

module eventGrid 'modules/event-grid.bicep' = {
  scope: group
  name: 'event-grid'
  params: {
    name: '${abbreviations.eventGridSystemTopics}${token}'
    location: location
    tags: tags
    dataStorageName: dataStorageName
    undeliveredContainerName: undeliveredContainerName
    eventHubNamespaceName: vnetEnabled ? eventHubsName : null
    uploadHubName: uploadHub
    workspaceId: monitoring.outputs.workspaceId
  }
  dependsOn: [
    dataStorage
    eventHubs
  ]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    actionGroupName: '${abbreviations.insightsActionGroups}${token}'
    location: location
    tags: tags
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    systemTopicId: eventGrid.outputs.id
    eventHubNamespaceId: eventHubs.outputs.id
    streamLagEvents: streamLagEvents
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_DATA_STORAGE_ACCOUNT string = dataStorage.outputs.name
output AZURE_EVENT_GRID_TOPIC string = eventGrid.outputs.name
output AZURE_EVENT_HUBS_NAMESPACE string = eventHubs.outputs.hostName
output AZURE_UNDELIVERED_CONTAINER string = undeliveredContainerName
output PIPELINE_URL string = app.outputs.url
output PIPELINE_UPLOADS_BY string = vnetEnabled ? 'hub' : 'webhook'
