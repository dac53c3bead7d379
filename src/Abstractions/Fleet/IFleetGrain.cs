namespace Atelier.Abstractions.Fleet;

/// <summary>
/// What the workers of the cluster are doing; one for the cluster, with the key 0. It keeps nothing durable: whoever is reborn knows all again when every silo has reported once,
/// orders included.
/// </summary>
[Alias("atelier.IFleetGrain")]
public interface IFleetGrain : IGrainWithIntegerKey
{
    /// <summary>Says what the workers of a silo are doing; called by each silo every two seconds. One that has not for ten seconds is forgotten.</summary>
    /// <param name="report">What they do.</param>
    /// <returns>What they are to do.</returns>
    [Alias("Report")]
    Task<FleetOrders> Report(SiloReport report);

    /// <summary>All workers, as they last reported.</summary>
    [Alias("List")]
    Task<FleetState> List();

    /// <summary>Tells workers to give back what they have and to take nothing new. Not durable, safe to repeat.</summary>
    /// <param name="target">Name or id of a worker, or address of a silo, as <see cref="List"/> has them.</param>
    /// <exception cref="InvalidInputException">Nothing of that name has reported lately.</exception>
    [Alias("Drain")]
    Task Drain(string target);

    /// <summary>Tells workers to finish what they have and to take nothing new. Not durable, safe to repeat.</summary>
    /// <param name="target">Name or id of a worker, or address of a silo, as <see cref="List"/> has them.</param>
    /// <exception cref="InvalidInputException">Nothing of that name has reported lately.</exception>
    [Alias("Cordon")]
    Task Cordon(string target);

    /// <summary>Tells workers to work again, whatever they were told before. Not durable, safe to repeat.</summary>
    /// <param name="target">Name or id of a worker, or address of a silo, as <see cref="List"/> has them.</param>
    /// <exception cref="InvalidInputException">Nothing of that name has reported lately.</exception>
    [Alias("Uncordon")]
    Task Uncordon(string target);
}
