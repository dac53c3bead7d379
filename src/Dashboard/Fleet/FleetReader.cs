using Atelier.Abstractions.Fleet;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Fleet;

/// <summary>Reads the fleet once a second, however many ask.</summary>
internal sealed class FleetReader(ClusterLink cluster, TimeProvider time)
{
    private readonly SharedReads<FleetState> _reads = new((_, cancellationToken) => cluster.AskAsync((client, cancel) => client.GetFleetAsync(cancel), cancellationToken), time);

    /// <summary>Says that workers were told something.</summary>
    public void Expire() => _reads.Expire("");

    /// <summary>The fleet; null where no silo answers.</summary>
    public async Task<FleetState?> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reads.GetAsync("", cancellationToken);
        }
        catch (ClusterUnreachableException)
        {
            return null;
        }
    }
}
