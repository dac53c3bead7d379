// Where jobs live: one container of blobs. The account has no keys and no public blobs; only the identity of the pods may read and write.
param name string
param location string

@description('Who reads and writes the container.')
param principalId string

// Storage Blob Data Contributor
var contributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // What somebody deletes by mistake can be had back for a week.
      deleteRetentionPolicy: { enabled: true, days: 7 }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource jobs 'containers' = {
      name: 'jobs'
      properties: { publicAccess: 'None' }
    }
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blobs::jobs
  name: guid(account::blobs::jobs.id, principalId, contributor)
  properties: {
    roleDefinitionId: contributor
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output url string = '${account.properties.primaryEndpoints.blob}jobs'
