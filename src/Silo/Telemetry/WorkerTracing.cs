using System.Diagnostics;
using Atelier.Abstractions.Workers;

namespace Atelier.Silo.Telemetry;

/// <summary>The spans of a worker: a lease, in it the drawing of its shard with batches and their encoding, the upload, the commit and the promotion.</summary>
internal static class WorkerTracing
{
    /// <summary>Shards of a job that belong to the trace in which it was created. Later ones have traces of their own that link to it: no page shows a trace of a million spans.</summary>
    public const int ShardsOfTheJobsTrace = 100;

    private static readonly ActivitySource Source = new("Atelier.Silo");

    /// <summary>Begins the work of a lease; null while nobody listens.</summary>
    public static Activity? Lease(WorkLease lease, string worker)
    {
        if (!Source.HasListeners()) return null;
        ActivityContext.TryParse(lease.Trace, null, isRemote: true, out var created);
        var isLate = lease.Shard >= ShardsOfTheJobsTrace && created != default;
        return Source.StartActivity(
            ActivityKind.Consumer,
            isLate ? default : created,
            [
                new("atelier.job", lease.JobId), new("atelier.work", lease.Kind.ToString().ToLowerInvariant()),
                new("atelier.shard", lease.Shard >= 0 ? lease.Shard : null), new("atelier.worker", worker),
            ],
            isLate ? [new ActivityLink(created)] : null,
            name: "lease");
    }

    /// <summary>Begins a part of the work.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="parent">What it is a part of, where that is not on the same thread.</param>
    public static Activity? Part(string name, ActivityContext parent = default) => Source.StartActivity(name, ActivityKind.Internal, parent);
}
