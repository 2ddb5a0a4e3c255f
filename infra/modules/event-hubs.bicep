metadata description = 'The hubs that carry events. Every hub has the consumer group of the triggers and the one in which streams read again what they have missed.'

import { roles } from 'roles.bicep'
import { Tags } from 'types.bicep'

param name string
param location string
param tags Tags

@description('Who reads from the hubs and sends to them.')
param principalId string

@description('The identity\'s name, known before it exists: names of role assignments follow from it.')
param identityName string

param hubNames string[]

@description('Partitions of each hub: how many instances can work on it side by side. On the standard tier they cannot be changed later.')
@minValue(1)
@maxValue(32)
param partitions int

@description('How long events are kept; as far back can streams be replayed.')
@minValue(1)
@maxValue(168)
param retentionInHours int

@description('Throughput units to begin with: each takes 1 MB or 1,000 events a second and gives 2 MB.')
@minValue(1)
@maxValue(40)
param throughputUnits int

@description('Throughput units to grow to by itself.')
@minValue(1)
@maxValue(40)
param maximumThroughputUnits int

param consumerGroup string
param replayGroup string

param publicNetworkAccess 'Enabled' | 'Disabled'

param workspaceId string

var hubGroups = flatten(map(hubNames, hub => [
  {
    hub: hub
    group: consumerGroup
  }
  {
    hub: hub
    group: replayGroup
  }
]))

var hubRoles = flatten(map(hubNames, hub => [
  {
    hub: hub
    role: roles.eventHubsDataReceiver
  }
  {
    hub: hub
    role: roles.eventHubsDataSender
  }
]))

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: throughputUnits
  }
  properties: {
    disableLocalAuth: true
    isAutoInflateEnabled: maximumThroughputUnits > throughputUnits
    maximumThroughputUnits: maximumThroughputUnits > throughputUnits ? maximumThroughputUnits : 0
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
  }
}

resource network 'Microsoft.EventHub/namespaces/networkRuleSets@2024-01-01' = {
  parent: namespace
  name: 'default'
  properties: {
    defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'
    publicNetworkAccess: publicNetworkAccess
    // Event Grid delivers uploads here with an identity of its own.
    trustedServiceAccessEnabled: true
  }
}

resource hubs 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = [
  for hub in hubNames: {
    parent: namespace
    name: hub
    properties: {
      partitionCount: partitions
      retentionDescription: {
        cleanupPolicy: 'Delete'
        retentionTimeInHours: retentionInHours
      }
    }
  }
]

resource groups 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = [
  for entry in hubGroups: {
    name: '${name}/${entry.hub}/${entry.group}'
    dependsOn: [
      hubs
    ]
  }
]

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' existing = [
  for entry in hubRoles: {
    parent: namespace
    name: entry.hub
  }
]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (entry, index) in hubRoles: {
    scope: hub[index]
    name: guid(namespace.id, entry.hub, identityName, entry.role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', entry.role)
    }
    dependsOn: [
      hubs
    ]
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'OperationalLogs'
        enabled: true
      }
      {
        category: 'RuntimeAuditLogs'
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

output id string = namespace.id
output name string = namespace.name
output hostName string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
