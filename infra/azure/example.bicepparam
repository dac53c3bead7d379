using 'main.bicep'

param administrators = ['00000000-0000-0000-0000-000000000002']
param budget = 2000
param budgetContacts = ['ada@example.org']
