using Atelier.Abstractions.Fleet;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;

namespace Atelier.Dashboard.Fleet;

/// <summary>Carries out what people tell workers. It may be repeated.</summary>
internal sealed class FleetSteering(ClusterLink cluster, FleetReader fleet, Acts acts)
{
    /// <summary>What workers can be told, with the words for it.</summary>
    public static IReadOnlyList<(string Word, WorkerOrder Order, string Summary)> Orders { get; } =
    [
        ("drain", WorkerOrder.Draining, "to give back what they have, and to take nothing new"),
        ("cordon", WorkerOrder.Cordoned, "to finish what they have, and to take nothing new"),
        ("uncordon", WorkerOrder.None, "to work again"),
    ];

    /// <summary>Tells workers something.</summary>
    /// <param name="target">Name or id of a worker, or address of a silo.</param>
    /// <param name="told">One of <see cref="Orders"/>.</param>
    /// <param name="reason">Why.</param>
    /// <param name="name">Who tells it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Abstractions.InvalidInputException">There is no such worker and no such silo.</exception>
    public async Task OrderAsync(string target, (string Word, WorkerOrder Order, string Summary) told, string? reason, string name, CancellationToken cancellationToken)
    {
        cluster.Require();
        await acts.BeginAsync($"fleet.{told.Word}", target, reason, cancellationToken);
        await cluster.TellAsync((client, cancel) => client.As(name).OrderAsync(target, told.Order, cancel), cancellationToken);
        fleet.Expire();
    }
}
