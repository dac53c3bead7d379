namespace Atelier.Dashboard.Cluster;

/// <summary>The connection to the cluster.</summary>
internal static class ClusterHosting
{
    public static void AddAtelierCluster(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ClusterLink>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ClusterLink>());
    }
}
