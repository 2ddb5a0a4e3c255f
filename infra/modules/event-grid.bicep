metadata description = 'What tells the app of uploads. On a plan that sleeps nothing looks for new blobs, so the account says when there are some.'

import { roles } from 'roles.bicep'
import { Tags } from 'types.bicep'

param name string
param location string
param tags Tags

@description('The account whose uploads are told.')
param dataStorageName string

@description('The container for what could not be delivered.')
param undeliveredContainerName string

@description('In a private network: the namespace with the hub for uploads. Event Grid reaches no webhook there, but it reaches a hub.')
param eventHubNamespaceName string?

@description('The hub for uploads.')
param uploadHubName string

param workspaceId string

var triggers = loadJsonContent('../blob-triggers.json')

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource undelivered 'containers' existing = {
      name: undeliveredContainerName
    }
  }
}

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' existing = if (eventHubNamespaceName != null) {
  name: eventHubNamespaceName ?? 'none'

  resource uploads 'eventhubs' existing = {
    name: uploadHubName
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource undeliveredRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blobs::undelivered
  name: guid(account::blobs::undelivered.id, topic.id, roles.storageBlobDataContributor)
  properties: {
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataContributor)
  }
}

resource uploadRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (eventHubNamespaceName != null) {
  scope: namespace::uploads
  name: guid(namespace::uploads.id, topic.id, roles.eventHubsDataSender)
  properties: {
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.eventHubsDataSender)
  }
}

resource toHub 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = if (eventHubNamespaceName != null) {
  parent: topic
  name: 'uploads-to-hub'
  properties: {
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'EventHub'
        properties: {
          resourceId: namespace::uploads.id
        }
      }
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: account.id
          blobContainerName: undeliveredContainerName
        }
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      enableAdvancedFilteringOnArrays: true
      advancedFilters: [
        {
          operatorType: 'StringBeginsWith'
          key: 'subject'
          values: map(triggers, trigger => '/blobServices/default/containers/${trigger.container}/blobs/${trigger.prefix}')
        }
      ]
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
  }
  dependsOn: [
    undeliveredRole
    uploadRole
  ]
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: topic
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'DeliveryFailures'
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

output id string = topic.id
output name string = topic.name
