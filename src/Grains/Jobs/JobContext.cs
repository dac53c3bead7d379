using Atelier.Abstractions;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Events;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Jobs;

/// <summary>What the flows of one activation share.</summary>
/// <param name="id">Name of the job.</param>
/// <param name="time">The time.</param>
/// <param name="isDead">Whether membership has declared the silo of a worker dead.</param>
/// <param name="newId">Makes the ids of the job and of its leases.</param>
/// <param name="logger">Told of what operators may want to know.</param>
internal sealed class JobContext(string id, TimeProvider time, Func<WorkerInfo, bool> isDead, Func<Guid> newId, ILogger logger)
{
    public string Id => id;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <summary>Whether the store answers, as whoever carries out the operations has found.</summary>
    public StoreHealth Health { get; } = new(time);

    /// <summary>What has happened.</summary>
    public JobEvents Events { get; } = new(newId().ToString("N")[..8], time);

    /// <summary>The job; null when there is none, or it has not been read yet.</summary>
    public JobState? Job { get; set; }

    /// <summary>Since when leases are given: workers of a lost activation have the time to announce themselves before.</summary>
    public long LeasesFrom { get; set; }

    /// <summary>Flows that nobody waits for; whoever carries out the operations begins them, a few at a time.</summary>
    public Queue<IEnumerable<StoreOperation>> Background { get; } = new();

    public bool IsDead(WorkerInfo worker) => isDead(worker);

    public Guid NewId() => newId();

    /// <summary>The job, which must exist.</summary>
    /// <exception cref="InvalidInputException">It does not, or is being deleted.</exception>
    public JobState Require() => Job switch
    {
        null => throw new InvalidInputException($"job '{id}' does not exist"),
        { IsDeleted: true } => throw BeingDeleted(),
        var job => job,
    };

    /// <summary>The job, if it is the one that the lease was given for.</summary>
    public JobState? Find(WorkLease lease) => Job?.Record.Incarnation == lease.Incarnation ? Job : null;

    public InvalidInputException BeingDeleted() => new($"job '{id}' is being deleted; its name is free when all its files are gone");

    public InvalidInputException Cancelled() => new($"job '{id}' is cancelled, which is final; submit it under another name");
}
