metadata description = 'What wakes somebody up. Each rule has a section in infra/RUNBOOKS.md.'

import { Tags } from 'types.bicep'

param actionGroupName string
param location string
param tags Tags

@description('Who is told; nobody, if empty: then alerts only show in the portal.')
param email string

param workspaceId string
param systemTopicId string
param eventHubNamespaceId string

@description('How many events a stream may be behind.')
@minValue(1)
param streamLagEvents int

// The app's own figures, each sent once a minute. A rule fires for every value of its dimension by itself.
var rules = [
  {
    name: 'failed-jobs'
    displayName: 'Jobs have failed'
    severity: 2
    metric: 'pipeline.jobs.failed'
    measure: 'sum(Sum)'
    dimension: 'kind'
    threshold: 0
    window: 'PT15M'
  }
  {
    name: 'dead-lettered-events'
    displayName: 'Events that cannot be read went to quarantine'
    severity: 2
    metric: 'pipeline.stream.dead_lettered'
    measure: 'max(Sum) - min(Sum)'
    dimension: 'stream'
    threshold: 0
    window: 'PT15M'
  }
  {
    name: 'stream-lag'
    displayName: 'A stream is behind its hub'
    severity: 2
    metric: 'pipeline.stream.lag'
    measure: 'min(Sum)'
    dimension: 'stream'
    threshold: streamLagEvents
    window: 'PT10M'
  }
  {
    name: 'stuck-orchestrations'
    displayName: 'Orchestrations have not moved for long'
    severity: 1
    metric: 'pipeline.orchestrations.stuck'
    measure: 'max(Sum)'
    dimension: 'orchestrator'
    threshold: 0
    window: 'PT15M'
  }
  {
    name: 'stream-alarms'
    displayName: 'A stream cannot go on as it should'
    severity: 2
    metric: 'pipeline.stream.alarms'
    measure: 'min(Sum)'
    dimension: 'stream'
    threshold: 0
    window: 'PT10M'
  }
]

resource actions 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'pipeline'
    emailReceivers: empty(email)
      ? []
      : [
          {
            name: 'operators'
            emailAddress: email
            useCommonAlertSchema: true
          }
        ]
  }
}

resource metricRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: rule.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.displayName
      description: 'What to do: infra/RUNBOOKS.md, section ${rule.name}.'
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      // A new workspace has no such table yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: 'AppMetrics | where Name == \'${rule.metric}\' | summarize Value = ${rule.measure}, TimeGenerated = max(TimeGenerated) by Subject = tostring(Properties[\'${rule.dimension}\'])'
            timeAggregation: 'Maximum'
            metricMeasureColumn: 'Value'
            operator: 'GreaterThan'
            threshold: rule.threshold
            dimensions: [
              {
                name: 'Subject'
                operator: 'Include'
                values: ['*']
              }
            ]
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [actions.id]
      }
    }
  }
]

resource silent 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'silent-app'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'The app has not been heard of'
    description: 'What to do: infra/RUNBOOKS.md, section silent-app.'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M'
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'AppMetrics | where Name == \'pipeline.orchestrations.running\''
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [actions.id]
    }
  }
}

resource undelivered 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'undelivered-uploads'
  location: 'global'
  tags: tags
  properties: {
    description: 'Event Grid could not tell the app of uploads. What to do: infra/RUNBOOKS.md, section undelivered-uploads.'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [systemTopicId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'dead-lettered'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'DeadLetteredCount'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [
      {
        actionGroupId: actions.id
      }
    ]
  }
}

resource throttled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'throttled-hubs'
  location: 'global'
  tags: tags
  properties: {
    description: 'The namespace turns senders or readers away. What to do: infra/RUNBOOKS.md, section throttled-hubs.'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [eventHubNamespaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'throttled'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'ThrottledRequests'
          metricNamespace: 'Microsoft.EventHub/namespaces'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [
      {
        actionGroupId: actions.id
      }
    ]
  }
}
