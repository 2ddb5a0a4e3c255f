metadata description = 'Has Event Grid call the app for uploads. Run after the app is deployed: Event Grid asks the webhook whether it wants the events, and its key exists only when the app has started once.'

@description('The app.')
param functionAppName string

@description('The system topic of the data\'s account.')
param systemTopicName string

@description('The data\'s account.')
param dataStorageName string

@description('The container for what could not be delivered.')
param undeliveredContainerName string

var triggers = loadJsonContent('../blob-triggers.json')

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: systemTopicName
}

resource subscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for trigger in triggers: {
    parent: topic
    name: toLower(trigger.function)
    properties: {
      destination: {
        endpointType: 'WebHook'
        properties: {
          // The key goes from the app to Event Grid and passes by nobody else.
          endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.${trigger.function}&code=${listKeys('${app.id}/host/default', app.apiVersion).systemKeys.blobs_extension}'
          maxEventsPerBatch: 1
          preferredBatchSizeInKilobytes: 64
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
        subjectBeginsWith: '/blobServices/default/containers/${trigger.container}/blobs/${trigger.prefix}'
        isSubjectCaseSensitive: true
      }
      retryPolicy: {
        maxDeliveryAttempts: 30
        eventTimeToLiveInMinutes: 1440
      }
    }
  }
]
