metadata description = 'Types that several modules share.'

@export()
@description('Names and values that every resource carries.')
type Tags = {
  *: string
}

@export()
@description('Instances that are kept running for a group of functions: http, blob, durable, or function:NAME.')
type AlwaysReady = {
  name: string
  @minValue(1)
  @maxValue(20)
  instanceCount: int
}

@export()
@description('A service behind a private endpoint: a name for it, its part that is reached, and the DNS zones in which it is found.')
type PrivateService = {
  name: string
  serviceId: string
  groupId: string
  zones: string[]
}
