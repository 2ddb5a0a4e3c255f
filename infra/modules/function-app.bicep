metadata description = 'The app, on a Flex Consumption plan, and its settings. None of them is a secret.'

import { AlwaysReady, Tags } from 'types.bicep'

param name string
param planName string
param location string
param tags Tags

@description('Memory of an instance in MB. Activities run side by side by the gigabyte.')
param instanceMemoryMB 2048 | 4096

@description('Instances at most, of each group of functions that scales by itself.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

param alwaysReady AlwaysReady[]

@description('Instances in three zones, not one.')
param zoneRedundant bool

param identityId string
param identityClientId string

param packageContainerUrl string
param hostStorageName string
param dataBlobEndpoint string
param dataQueueEndpoint string
param componentName string
param eventHubsHostName string

@description('Hubs that streams may read, at most four.')
@maxLength(4)
param inputHubs string[]

param shuffleHub string
param uploadHub string
param consumerGroup string
param replayGroup string

@description('Where orchestrations are kept.')
param durableBackend 'azureStorage' | 'durableTaskScheduler'

@description('The endpoint of the task hub\'s service, where that is used.')
param durableTaskEndpoint string?

@description('Whether the app is reached, and reaches others, by private addresses alone.')
param vnetEnabled bool

@description('The subnet through which the app then reaches everything.')
param subnetId string?

param workspaceId string

// A task of DuckDB is given 1 GB unless its job says otherwise; half a gigabyte stays for the host and .NET.
var activitiesAtOnce = max(1, (instanceMemoryMB - 512) / 1024)

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app by this tag.
  tags: union(tags, { 'azd-service-name': 'pipeline' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: vnetEnabled ? 'Disabled' : 'Enabled'
    // On this plan all of the app's traffic goes through the subnet.
    virtualNetworkSubnetId: subnetId
    siteConfig: {
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        alwaysReady: alwaysReady
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__accountName: hostStorageName
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        PipelineStorage__blobServiceUri: dataBlobEndpoint
        PipelineStorage__queueServiceUri: dataQueueEndpoint
        PipelineStorage__credential: 'managedidentity'
        PipelineStorage__clientId: identityClientId
        EventHubsConnection__fullyQualifiedNamespace: eventHubsHostName
        EventHubsConnection__credential: 'managedidentity'
        EventHubsConnection__clientId: identityClientId
        // Data may be bound to regions; this is where the app is.
        PipelineRegion: location
        PipelineShuffleHub: shuffleHub
        PipelineConsumerGroup: consumerGroup
        PipelineReplayGroup: replayGroup
        AZURE_CLIENT_ID: identityClientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
        AzureWebJobsDisableHomepage: 'true'
        AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions: string(activitiesAtOnce)
        AzureFunctionsJobHost__extensions__durableTask__maxConcurrentOrchestratorFunctions: string(10 * activitiesAtOnce)
      },
      // Triggers are fixed when the app is built, so there are four places for hubs. A function without a hub is switched off.
      toObject(
        range(1, length(inputHubs)),
        slot => 'PipelineHub${slot}',
        slot => inputHubs[slot - 1]
      ),
      toObject(
        range(length(inputHubs) + 1, 4 - length(inputHubs)),
        slot => 'AzureWebJobs.StreamHub${slot}.Disabled',
        slot => 'true'
      ),
      // Without hubs nothing streams, and no clock needs to tick every second.
      empty(inputHubs)
        ? {
            'AzureWebJobs.StreamShuffle.Disabled': 'true'
            'AzureWebJobs.StreamTick.Disabled': 'true'
            'AzureWebJobs.StreamWatch.Disabled': 'true'
          }
        : {},
      // In a private network uploads are told through a hub; else by a webhook for each of the blob triggers.
      vnetEnabled
        ? union(
            { PipelineUploadHub: uploadHub },
            toObject(
              loadJsonContent('../blob-triggers.json'),
              trigger => 'AzureWebJobs.${trigger.function}.Disabled',
              trigger => 'true'
            )
          )
        : { 'AzureWebJobs.BlobUploads.Disabled': 'true' },
      durableBackend == 'durableTaskScheduler'
        ? {
            DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${durableTaskEndpoint!};Authentication=ManagedIdentity;ClientID=${identityClientId}'
            AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
            AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
          }
        : {}
    )
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

output id string = app.id
output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
