metadata description = 'The account of the host: the deployed package, keys of functions, triggers\' positions, the task hub, and state that is rewritten every moment. It keeps no versions: a stream\'s state alone would make several a second.'

import { roles } from 'roles.bicep'
import { Tags } from 'types.bicep'

param name string
param location string
param tags Tags

@description('Whose app this is the host\'s account of.')
param principalId string

@description('The identity\'s name, known before it exists: names of role assignments follow from it.')
param identityName string

@description('Three zones, not one.')
param zoneRedundant bool

param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Containers of working state, which the app keeps apart from the data.')
param containerNames string[]

param workspaceId string

@description('The container with the deployed package.')
var packageContainerName = 'app-package'

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
  properties: {}
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for container in concat([packageContainerName], containerNames): {
    parent: blobs
    name: container
    properties: {
      publicAccess: 'None'
    }
  }
]

// The whole account: the host and the task hub make containers, queues and tables of their own.
resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.storageBlobDataOwner, roles.storageQueueDataContributor, roles.storageTableDataContributor]: {
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
  scope: account
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
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
output packageContainerUrl string = '${account.properties.primaryEndpoints.blob}${packageContainerName}'
