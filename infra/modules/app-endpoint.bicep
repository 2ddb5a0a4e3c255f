metadata description = 'The app\'s own address within the network.'

import { Tags } from 'types.bicep'

param name string
param networkName string
param location string
param tags Tags
param appId string

var zoneName = 'privatelink.azurewebsites.net'

resource network 'Microsoft.Network/virtualNetworks@2024-10-01' existing = {
  name: networkName

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
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
}

module endpoint 'private-endpoint.bicep' = {
  name: 'endpoint-app'
  params: {
    name: name
    location: location
    tags: tags
    subnetId: network::endpointSubnet.id
    service: {
      name: 'app'
      serviceId: appId
      groupId: 'sites'
      zones: [zone.name]
    }
  }
}
