// The images. Machines of the cluster pull with their own identity.
param name string
param location string

@description('Object id of the identity of the cluster\'s machines.')
param pullerId string

// AcrPull
var pull = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: name
  location: location
  sku: { name: 'Standard' }
  properties: { adminUserEnabled: false }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, pullerId, pull)
  properties: {
    roleDefinitionId: pull
    principalId: pullerId
    principalType: 'ServicePrincipal'
  }
}

output server string = registry.properties.loginServer
