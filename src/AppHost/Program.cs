using System.Globalization;
using Atelier.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var settings = AppSettings.Read(builder.Configuration, builder.AppHostDirectory);

var membership = settings.Containers ? builder.AddRedisContainer() : builder.AddOwnMembership(settings);
var store = settings.Containers ? builder.AddAzuriteContainer() : JobStoreHosting.Folder(settings.Store);
var cluster = builder.AddOrleans("cluster").WithClusterId("default").WithServiceId("default").WithClustering(membership.Connection);

var silos = builder.AddProject<Projects.Silo>("silo")
    .WithReplicas(settings.Silos)
    .WithReference(cluster)
    .WithStore(store)
    .WithEnvironment("Atelier__Models", settings.Models)
    .WithEnvironment("Atelier__Workers", settings.Workers.ToString(CultureInfo.InvariantCulture))
    .WithEnvironment("Atelier__Devices", settings.Devices)
    .WithHttpEndpoint(name: "metrics", env: "Atelier__MetricsPort")
    .WithHttpHealthCheck("/health/ready", endpointName: "metrics")
    .WithMembershipHealth(membership, settings.Silos)
    .WaitFor(membership.Server);

builder.AddProject<Projects.Dashboard>("dashboard", launchProfileName: null)
    .WithReference(membership.Connection)
    .WithStore(store)
    .WithHttpEndpoint(name: "http", env: "Atelier__Port")
    .WithHttpHealthCheck("/health/ready", endpointName: "http")
    .WithExternalHttpEndpoints()
    .WaitFor(silos);

// A button of Aspire's page: draws the sixteen prompts of the README.
builder.AddProject<Projects.Cli>("first", launchProfileName: null)
    .WithArgs("submit", Path.Combine(settings.Root, "examples", "prompts.txt"), "--job-id", "first", "--watch")
    .WithEnvironment("ATELIER_CLUSTER", membership.Connection)
    .WithStoreOfCommands(store)
    .WaitFor(silos)
    .WithExplicitStart();

builder.Build().Run();
