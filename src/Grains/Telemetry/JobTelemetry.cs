using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Telemetry;

/// <summary>What the jobs whose grains live in this process say of themselves, by OpenTelemetry's names and units. Costs nothing while nobody listens.</summary>
internal static class JobTelemetry
{
    private static readonly JobStatus[] States = [.. Enum.GetValues<JobStatus>().Except([JobStatus.Unknown])];
    private static readonly ActivitySource Source = new("Atelier.Grains");
    private static readonly Meter Meter = new("Atelier.Grains");
    private static readonly ConcurrentDictionary<object, JobLook> Jobs = [];

    private static readonly Counter<long> Leases = Meter.CreateCounter<long>("atelier.leases", "{lease}", "Leases given to workers.");
    private static readonly Counter<long> LostLeases = Meter.CreateCounter<long>("atelier.leases.lost", "{lease}", "Leases whose worker was lost, or whose device stood still.");
    private static readonly Counter<long> StoreErrors = Meter.CreateCounter<long>("atelier.store.errors", "{error}", "Calls of jobs that the store did not carry out.");

    static JobTelemetry()
    {
        Meter.CreateObservableGauge("atelier.jobs", CountJobs, "{job}", "Jobs whose grain lives in this process, by their status.");
        Meter.CreateObservableGauge("atelier.queue.shards", () => Jobs.Values.Sum(job => job.Shards), "{shard}", "Shards of running jobs that wait for a worker.");
        Meter.CreateObservableGauge("atelier.queue.samples", () => Jobs.Values.Sum(job => job.Samples), "{sample}", "Samples of these shards, about.");
    }

    /// <summary>Measures from now on: where there are no jobs, that is what is said.</summary>
    public static void Begin() => RuntimeHelpers.RunClassConstructor(typeof(JobTelemetry).TypeHandle);

    /// <summary>The span in which a job is created; it belongs to the trace of whoever asks for it. Null while nobody listens.</summary>
    public static Activity? Creation(string job) => Source.StartActivity("job")?.SetTag("atelier.job", job);

    /// <summary>Notes what an activation knows of its job.</summary>
    public static void Note(object activation, JobStatus? status, JobDemand? demand)
    {
        if (status is { } known) Jobs[activation] = new JobLook(known, demand?.Open ?? 0, (long)(demand?.Open ?? 0) * (demand?.ShardSamples ?? 0));
        else Jobs.TryRemove(activation, out _);
    }

    /// <summary>Forgets an activation that ends.</summary>
    public static void Forget(object activation) => Jobs.TryRemove(activation, out _);

    /// <summary>A lease is given.</summary>
    public static void Leased(WorkKind kind) => Leases.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString().ToLowerInvariant()));

    /// <summary>A lease is lost.</summary>
    public static void Lost() => LostLeases.Add(1);

    /// <summary>The store has failed.</summary>
    public static void StoreFailed() => StoreErrors.Add(1);

    private static IEnumerable<Measurement<int>> CountJobs()
    {
        var counts = Jobs.Values.CountBy(job => job.Status).ToDictionary();
        return States.Select(status => new Measurement<int>(counts.GetValueOrDefault(status), new KeyValuePair<string, object?>("state", status.ToString().ToLowerInvariant())));
    }

    private readonly record struct JobLook(JobStatus Status, int Shards, long Samples);
}
