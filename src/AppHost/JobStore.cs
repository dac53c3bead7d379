namespace Atelier.AppHost;

/// <summary>Where jobs live.</summary>
/// <param name="Location">What <c>Atelier:Store</c> is to be.</param>
/// <param name="Server">What has to be there before; null for a folder.</param>
internal sealed record JobStore(ReferenceExpression Location, IResourceBuilder<IResource>? Server);

/// <summary>The kinds of store.</summary>
internal static class JobStoreHosting
{
    // Azurite's account, the same everywhere and in its documentation: no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>A folder of this machine.</summary>
    public static JobStore Folder(string path) => new(ReferenceExpression.Create($"{path}"), null);

    /// <summary>Azurite in a container: the protocol of Azure blob storage.</summary>
    public static JobStore AddAzuriteContainer(this IDistributedApplicationBuilder builder)
    {
        var storage = builder.AddContainer("storage", "azure-storage/azurite", "3.35.0").WithImageRegistry("mcr.microsoft.com")
            .WithHttpEndpoint(targetPort: 10000, name: "blob")
            .WithVolume("atelier-blobs", "/data")
            .WithArgs("azurite-blob", "--blobHost", "0.0.0.0", "--location", "/data", "--skipApiVersionCheck");
        var blob = storage.GetEndpoint("blob");
        // By its number: the account is a part of the path, which Azure's client only sees where the host is an address.
        return new JobStore(ReferenceExpression.Create($"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://{blob.Property(EndpointProperty.IPV4Host)}:{blob.Property(EndpointProperty.Port)}/{Account};ContainerName=jobs"), storage);
    }

    /// <summary>Gives a program of the cluster its store.</summary>
    public static IResourceBuilder<ProjectResource> WithStore(this IResourceBuilder<ProjectResource> program, JobStore store) => program.WithStore("Atelier__Store", store);

    /// <summary>Gives a command the same store.</summary>
    public static IResourceBuilder<ProjectResource> WithStoreOfCommands(this IResourceBuilder<ProjectResource> command, JobStore store) => command.WithStore("ATELIER_STORE", store);

    private static IResourceBuilder<ProjectResource> WithStore(this IResourceBuilder<ProjectResource> program, string variable, JobStore store)
    {
        program.WithEnvironment(variable, store.Location);
        return store.Server is null ? program : program.WaitFor(store.Server);
    }
}
