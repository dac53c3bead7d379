using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Models;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Calibrations;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Plans;

/// <summary>Guesses how large and how long a job would be, from what devices have measured of its model.</summary>
internal sealed class PlanEstimate(ClusterLink cluster, IStore store)
{
    // A file for each shard twice over, and its stats.
    private const int ManyShards = 20_000;

    // Headers and padding of three files in a tar, and a row of the table.
    private const long BytesBesideImage = 3500;

    // Loading, encoding and storing come to it; other work on the machine may too.
    private const double Fastest = 0.9, Slowest = 1.5;

    /// <summary>What the job would be.</summary>
    public async Task<PlanView> OfAsync(JobSpec spec, JobPlan plan, KnownModel? model, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        if (plan.Shards > ManyShards)
            warnings.Add($"shards of {plan.ShardSize:N0} make {plan.Shards:N0} shards and {3L * plan.Shards:N0} files; shards of {(plan.Samples - 1) / ManyShards + 1:N0} or more make less than {3 * ManyShards:N0}");
        var workers = await CountWorkersAsync(cancellationToken);
        if (workers == 0) warnings.Add("there are no workers now: the job would wait");
        var rates = await CalibrationFiles.ListAsync(store, spec.ModelDigest, cancellationToken).Select(one => RateOf(one, plan.BatchSize)).ToListAsync(cancellationToken);
        if (rates.Count == 0) warnings.Add("no device has measured this model yet, so no time can be told");
        var (low, high) = SizeOf(spec, model);
        var view = new PlanView
        {
            Plan = plan,
            Samples = plan.Samples,
            Shards = plan.Shards,
            BytesLow = low * plan.Samples,
            BytesHigh = high * plan.Samples,
            Workers = workers,
            Warnings = warnings,
        };
        if (rates.Count == 0) return view;
        var (fast, slow) = ((double)plan.Samples * spec.Steps / rates.Max() * Fastest, (double)plan.Samples * spec.Steps / rates.Min() * Slowest);
        return view with
        {
            DeviceHoursLow = Math.Round(fast / 3600, 3),
            DeviceHoursHigh = Math.Round(slow / 3600, 3),
            SecondsLow = workers == 0 ? null : TimeSpan.FromSeconds(Math.Min(fast / workers, TimeSpan.MaxValue.TotalSeconds / 2)),
            SecondsHigh = workers == 0 ? null : TimeSpan.FromSeconds(Math.Min(slow / workers, TimeSpan.MaxValue.TotalSeconds / 2)),
        };
    }

    // Of the batch size that is nearest.
    private static double RateOf(Calibration calibration, int? batch) =>
        calibration.Measurements.MinBy(one => Math.Abs(one.BatchSize - (batch ?? calibration.BatchSize)))!.SampleStepsPerSecond;

    // Shares of three bytes a pixel, by what images of models have taken.
    private static (long? Low, long? High) SizeOf(JobSpec spec, KnownModel? model)
    {
        if ((spec.Upsample ? model?.UpsampledSize ?? model?.ImageSize : model?.ImageSize) is not { } side) return default;
        var (low, high) = spec.Format == ImageFormats.Png ? (0.2, 1.0) : (0.03, 0.4);
        var bytes = 3L * (spec.Width ?? side) * (spec.Height ?? side);
        return ((long)(bytes * low) + BytesBesideImage, (long)(bytes * high) + BytesBesideImage);
    }

    private async Task<int> CountWorkersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await cluster.AskAsync((client, cancel) => client.GetFleetAsync(cancel), cancellationToken)).Silos.Sum(silo => silo.Workers.Length);
        }
        catch (ClusterUnreachableException)
        {
            return 0;
        }
    }
}
