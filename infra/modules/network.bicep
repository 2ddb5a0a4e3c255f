metadata description = 'The network in which the app and everything that it uses are reached by private addresses alone.'

import { PrivateService, Tags } from 'types.bicep'

param networkName string
param privateLinkScopeName string
param endpointPrefix string
param location string
param tags Tags

@description('Addresses of the network. The app has the first 256 of them, the endpoints the next 256.')
param addressPrefix string

@description('What names of storage accounts end with in this cloud.')
param storageSuffix string

@description('What is reached through private endpoints.')
param services PrivateService[]

@description('The workspace of logs, which shares an endpoint with the component.')
param workspaceId string

@description('The component that telemetry is sent to.')
param componentId string

var monitoringZones = [
  'privatelink.monitor.azure.com'
  'privatelink.oms.opinsights.azure.com'
  'privatelink.ods.opinsights.azure.com'
  'privatelink.agentsvc.azure-automation.net'
]

var blobZone = 'privatelink.blob.${storageSuffix}'
var zoneNames = union(flatten(map(services, service => service.zones)), monitoringZones, [blobZone])

resource network 'Microsoft.Network/virtualNetworks@2024-10-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressPrefix]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 0)
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 1)
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zoneNames: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, index) in zoneNames: {
    parent: zones[index]
    name: networkName
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

resource privateLinkScope 'Microsoft.Insights/privateLinkScopes@2021-09-01' = {
  name: privateLinkScopeName
  location: 'global'
  tags: tags
  properties: {
    accessModeSettings: {
      ingestionAccessMode: 'PrivateOnly'
      queryAccessMode: 'PrivateOnly'
    }
  }
}

resource scopedWorkspace 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = {
  parent: privateLinkScope
  name: 'workspace'
  properties: {
    linkedResourceId: workspaceId
  }
}

resource scopedComponent 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = {
  parent: privateLinkScope
  name: 'component'
  properties: {
    linkedResourceId: componentId
  }
}

module endpoints 'private-endpoint.bicep' = [
  for service in services: {
    name: 'endpoint-${service.name}'
    params: {
      name: '${endpointPrefix}${service.name}'
      location: location
      tags: tags
      subnetId: network::endpointSubnet.id
      service: service
    }
    dependsOn: [
      links
    ]
  }
]

module monitoringEndpoint 'private-endpoint.bicep' = {
  name: 'endpoint-monitoring'
  params: {
    name: '${endpointPrefix}monitoring'
    location: location
    tags: tags
    subnetId: network::endpointSubnet.id
    service: {
      name: 'monitoring'
      serviceId: privateLinkScope.id
      groupId: 'azuremonitor'
      zones: concat(monitoringZones, [blobZone])
    }
  }
  dependsOn: [
    links
    scopedComponent
    scopedWorkspace
  ]
}

output appSubnetId string = network::appSubnet.id
