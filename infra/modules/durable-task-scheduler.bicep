metadata description = 'The task hub as a service of its own, instead of one in the host\'s storage account.'

import { roles } from 'roles.bicep'
import { Tags } from 'types.bicep'

param name string
param location string
param tags Tags

@description('Whose orchestrations these are.')
param principalId string

@description('The identity\'s name, known before it exists: names of role assignments follow from it.')
param identityName string

@description('Consumption is paid by the action; Dedicated by the capacity, with 3 of which a scheduler outlives the loss of a zone.')
param sku 'Consumption' | 'Dedicated'

@description('Capacity units of a dedicated scheduler.')
@minValue(1)
@maxValue(3)
param capacity int

param taskHubName string

param publicNetworkAccess 'Enabled' | 'Disabled'

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: sku == 'Dedicated'
      ? {
          name: sku
          capacity: capacity
        }
      : {
          name: sku
        }
    // Callers prove who they are; an empty list would let no address in at all.
    ipAllowlist: publicNetworkAccess == 'Enabled' ? ['0.0.0.0/0'] : []
    publicNetworkAccess: publicNetworkAccess
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' = {
  parent: scheduler
  name: taskHubName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: taskHub
  name: guid(taskHub.id, identityName, roles.durableTaskDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskDataContributor)
  }
}

output id string = scheduler.id
output endpoint string = scheduler.properties.endpoint
