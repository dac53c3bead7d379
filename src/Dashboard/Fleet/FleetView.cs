using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Fleet;

/// <summary>The workers of the cluster.</summary>
/// <param name="Counts">How many there are.</param>
/// <param name="Silos">Silos that have reported lately.</param>
/// <param name="Workers">Their workers, in the order of the silos.</param>
/// <param name="Shares">Who has how much of them.</param>
/// <param name="AsOf">When this was so.</param>
internal sealed record FleetView(
    FleetCounts Counts, IReadOnlyList<SiloView> Silos, IReadOnlyList<WorkerView> Workers, IReadOnlyList<ShareView> Shares, DateTimeOffset AsOf)
{
    public static FleetView Of(FleetState fleet, AllJobs jobs)
    {
        var workers = WorkerView.Of(fleet);
        var shares = jobs.Jobs.Where(job => job.Status is JobStatus.Running or JobStatus.Recovering).GroupBy(job => job.Submitter, StringComparer.Ordinal)
            .Select(group => new ShareView(group.Key, group.Count(), Math.Round(group.Sum(job => job.ImagesPerSecond), 3))).OrderByDescending(share => share.ImagesPerSecond).ThenBy(share => share.Submitter, StringComparer.Ordinal);
        return new FleetView(FleetCounts.Of(workers), [.. fleet.Silos.Select(silo => new SiloView(silo.Silo, silo.Age, silo.Workers.Length))], workers, [.. shares], fleet.AsOf);
    }
}

/// <summary>How many workers do what.</summary>
/// <param name="Workers">All.</param>
/// <param name="Busy">Those that have work.</param>
/// <param name="Idle">Those that have none, though they may take some.</param>
/// <param name="Ordered">Those that are told to take none.</param>
/// <param name="ImagesPerSecond">Images drawn a second, in all.</param>
internal sealed record FleetCounts(int Workers, int Busy, int Idle, int Ordered, double ImagesPerSecond)
{
    public static FleetCounts Of(IReadOnlyList<WorkerView> workers) => new(
        workers.Count,
        workers.Count(worker => worker.Job is not null),
        workers.Count(worker => worker is { Job: null, Order: WorkerOrder.None }),
        workers.Count(worker => worker.Order != WorkerOrder.None),
        Math.Round(workers.Sum(worker => worker.ImagesPerSecond), 3));
}

/// <summary>A silo.</summary>
/// <param name="Silo">Its address, by which its workers are told something.</param>
/// <param name="Age">Seconds since it reported.</param>
/// <param name="Workers">How many workers it has.</param>
internal sealed record SiloView(string Silo, TimeSpan Age, int Workers);

/// <summary>What a submitter has of the workers.</summary>
/// <param name="Submitter">Who.</param>
/// <param name="Jobs">Jobs at work.</param>
/// <param name="ImagesPerSecond">Images drawn a second for them.</param>
internal sealed record ShareView(string Submitter, int Jobs, double ImagesPerSecond);
