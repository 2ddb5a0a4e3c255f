metadata description = 'The account of the data. What is deleted or overwritten by mistake can be had back for a while.'

import { roles } from 'roles.bicep'
import { Tags } from 'types.bicep'

param name string
param location string
param tags Tags

@description('Whose app uses the data.')
param principalId string

@description('The identity\'s name, known before it exists: names of role assignments follow from it.')
param identityName string

@description('Three zones, not one.')
param zoneRedundant bool

param publicNetworkAccess 'Enabled' | 'Disabled'

param containerNames string[]

@description('How long what was deleted, and overwritten versions of data, can be had back.')
@minValue(1)
@maxValue(365)
param retentionInDays int

param workspaceId string

@description('Where Event Grid leaves what it could not deliver.')
param undeliveredContainerName string

// Written once, read soon, of no use after that: receipts, and manifests of uploads.
var temporaryPrefixes = ['jobs/receipts/', 'jobs/uploads/', '${undeliveredContainerName}/']

// Working files of jobs and lists of alerts are rewritten and removed all the time.
var shortLivedPrefixes = ['jobs/', 'stream-alerts/', 'streams/']

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: retentionInDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: retentionInDays
    }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for container in concat(containerNames, [undeliveredContainerName]): {
    parent: blobs
    name: container
    properties: {
      publicAccess: 'None'
    }
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  dependsOn: [
    blobs // Versions can be named in a policy only where they are kept.
  ]
  properties: {
    policy: {
      rules: [
        {
          name: 'temporary-blobs'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: temporaryPrefixes
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: 30
                }
              }
            }
          }
        }
        {
          name: 'versions-of-working-files'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: shortLivedPrefixes
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: 1
                }
              }
            }
          }
        }
        {
          name: 'versions-of-data'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: retentionInDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

// The whole account: the blob trigger's extension asks the account itself. The queue role is for what the extension gives up on, which
// it notes in a queue beside the data.
resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.storageBlobDataOwner, roles.storageQueueDataContributor]: {
    scope: account
    name: guid(account.id, identityName, role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

output id string = account.id
output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
