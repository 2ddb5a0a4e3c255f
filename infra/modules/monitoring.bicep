metadata description = 'Logs, traces and metrics. Only the identity with the publisher role may write; nobody can with a key.'

import { roles } from 'roles.bicep'
import { Tags } from 'types.bicep'

param workspaceName string
param componentName string
param location string
param tags Tags

@description('Who may send telemetry.')
param principalId string

@description('The identity\'s name, known before it exists: names of role assignments follow from it.')
param identityName string

@description('How long logs are kept. The first 31 days cost nothing.')
@minValue(30)
@maxValue(730)
param retentionInDays int

@description('Disabled: telemetry comes in, and is read, through the private link scope alone.')
param publicNetworkAccess 'Enabled' | 'Disabled'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionInDays
    features: {
      disableLocalAuth: true
    }
    publicNetworkAccessForIngestion: publicNetworkAccess
    publicNetworkAccessForQuery: publicNetworkAccess
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    publicNetworkAccessForIngestion: publicNetworkAccess
    publicNetworkAccessForQuery: publicNetworkAccess
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, identityName, roles.monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher)
  }
}

output workspaceId string = workspace.id
output componentId string = component.id
output componentName string = component.name
