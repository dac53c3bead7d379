// Who the pods are for Azure: a managed identity without a secret, which the tokens of one service account of the cluster can take on.
param name string
param location string

@description('Who signs the tokens of the cluster\'s service accounts.')
param issuer string

@description('system:serviceaccount:NAMESPACE:NAME')
param subject string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
}

resource federation 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: identity
  name: 'pods'
  properties: {
    issuer: issuer
    subject: subject
    audiences: ['api://AzureADTokenExchange']
  }
}

output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
