namespace Atelier.Cli.Cluster;

/// <summary>A connection that is made when a cluster is there, and held until this is disposed of.</summary>
/// <param name="cluster">Connection string of the membership server.</param>
internal sealed class LateConnection(string cluster) : IAsyncDisposable
{
    private ClusterConnection? _connection;

    /// <summary>The grains of the cluster.</summary>
    /// <exception cref="IOException">Nobody answers; it may be tried again.</exception>
    public async Task<IGrainFactory> OpenAsync(CancellationToken cancellationToken) => (_connection ??= await ClusterConnection.OpenAsync(cluster, cancellationToken)).Grains;

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
    }
}
