metadata description = 'An address within the network for one service, and its name there.'

import { PrivateService, Tags } from 'types.bicep'

param name string
param location string
param tags Tags
param subnetId string
param service PrivateService

resource endpoint 'Microsoft.Network/privateEndpoints@2024-10-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: service.name
        properties: {
          privateLinkServiceId: service.serviceId
          groupIds: [service.groupId]
        }
      }
    ]
  }

  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        for zone in service.zones: {
          name: replace(zone, '.', '-')
          properties: {
            privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zone)
          }
        }
      ]
    }
  }
}
