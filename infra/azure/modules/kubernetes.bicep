// Kubernetes: machines for what holds grains, and machines with GPUs, which come when pods ask for them and go when they are idle.
param name string
param location string
param administrators string[]
param authorizedRanges string[]
param gpuSize string
param gpuMachines int
param gpuSpot bool

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: name
  location: location
  sku: { name: 'Base', tier: 'Standard' }
  identity: { type: 'SystemAssigned' }
  properties: {
    dnsPrefix: name
    disableLocalAccounts: true
    enableRBAC: true
    aadProfile: { managed: true, enableAzureRBAC: true, adminGroupObjectIDs: administrators }
    apiServerAccessProfile: { authorizedIPRanges: authorizedRanges }
    autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' }
    // Pods take on the identity that may read and write the store.
    oidcIssuerProfile: { enabled: true }
    securityProfile: {
      workloadIdentity: { enabled: true }
      imageCleaner: { enabled: true, intervalHours: 168 }
    }
    workloadAutoScalerProfile: { keda: { enabled: true } }
    // The chart's network policies hold only where something enforces them.
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
    }
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        vmSize: 'Standard_D4ds_v5'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        enableAutoScaling: true
        minCount: 2
        maxCount: 4
      }
    ]
  }
}

resource gpu 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
  parent: cluster
  name: 'gpu'
  properties: {
    mode: 'User'
    vmSize: gpuSize
    osType: 'Linux'
    osSKU: 'Ubuntu'
    enableAutoScaling: true
    minCount: 0
    maxCount: gpuMachines
    scaleSetPriority: gpuSpot ? 'Spot' : 'Regular'
    scaleSetEvictionPolicy: gpuSpot ? 'Delete' : null
    nodeTaints: concat(['nvidia.com/gpu=present:NoSchedule'], gpuSpot ? ['kubernetes.azure.com/scalesetpriority=spot:NoSchedule'] : [])
  }
}

output name string = cluster.name
output issuer string = cluster.properties.oidcIssuerProfile.issuerURL
output kubeletId string = cluster.properties.identityProfile.kubeletidentity.objectId
