// What a cluster of Atelier needs in Azure, in one resource group: Kubernetes with GPUs that come and go, blobs without keys, a Redis, a registry, a budget.
//   az deployment group create --resource-group atelier --parameters infra/azure/example.bicepparam
targetScope = 'resourceGroup'

@description('Where everything is. The region must have the GPU size, and quota for it.')
param location string = resourceGroup().location

@description('Begins every name; letters and digits.')
@minLength(3)
@maxLength(11)
param name string = 'atelier'

@description('Namespace of the chart\'s release in Kubernetes.')
param namespace string = 'atelier'

@description('Service account that the chart makes: the name of its release, followed by -atelier unless it has that word in it.')
param serviceAccount string = 'atelier'

@description('Object ids of groups in Entra ID whose members administrate the cluster; local accounts are off.')
@minLength(1)
param administrators string[]

@description('Size of the machines with GPUs.')
param gpuSize string = 'Standard_NC24ads_A100_v4'

@description('The most machines with GPUs; there are none while no pod asks for one.')
@minValue(1)
@maxValue(100)
param gpuMachines int = 4

@description('Whether machines with GPUs are spot: cheaper, and taken away at 30 seconds\' notice, which costs a batch each.')
param gpuSpot bool = false

@description('Addresses that may reach the API of Kubernetes, as CIDR; none for all.')
param authorizedRanges string[] = []

@description('Money a month, in the currency of the subscription, of which 80 % and more send a message. It stops nothing.')
@minValue(1)
param budget int

@description('Who gets that message.')
@minLength(1)
param budgetContacts string[]

@description('First day of the budget\'s first month, yyyy-MM-01; a budget cannot begin in the past.')
param budgetStart string = '${utcNow('yyyy-MM')}-01'

var unique = uniqueString(resourceGroup().id)

module identity 'modules/identity.bicep' = {
  params: {
    name: name
    location: location
    issuer: kubernetes.outputs.issuer
    subject: 'system:serviceaccount:${namespace}:${serviceAccount}'
  }
}

module store 'modules/store.bicep' = {
  params: {
    name: take(toLower('${name}${unique}'), 24)
    location: location
    principalId: identity.outputs.principalId
  }
}

module registry 'modules/registry.bicep' = {
  params: {
    name: take(toLower('${name}${unique}'), 50)
    location: location
    pullerId: kubernetes.outputs.kubeletId
  }
}

module membership 'modules/membership.bicep' = {
  params: {
    name: take('${name}-${unique}', 60)
    location: location
  }
}

module kubernetes 'modules/kubernetes.bicep' = {
  params: {
    name: name
    location: location
    administrators: administrators
    authorizedRanges: authorizedRanges
    gpuSize: gpuSize
    gpuMachines: gpuMachines
    gpuSpot: gpuSpot
  }
}

module spending 'modules/budget.bicep' = {
  params: {
    name: name
    amount: budget
    contacts: budgetContacts
    start: budgetStart
  }
}

@description('For az aks get-credentials.')
output cluster string = kubernetes.outputs.name

@description('The chart\'s images.registry.')
output registry string = registry.outputs.server

@description('The chart\'s store.url.')
output store string = store.outputs.url

@description('The chart\'s workloadIdentity.clientId.')
output clientId string = identity.outputs.clientId

@description('The chart\'s redis.host; its port is 10000. The password is of az redisenterprise database list-keys.')
output redis string = membership.outputs.host
