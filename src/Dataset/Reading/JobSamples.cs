using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Reading;

/// <summary>Reads samples of a job by their numbers, across its shards, while it runs or later.</summary>
public static class JobSamples
{
    private static readonly ShardColumn[] ImageColumns = [ShardColumns.Bytes, ShardColumns.ImageOffset, ShardColumns.Format];

    /// <summary>Some columns of the samples [first, first + count), as far as their shards are committed. Reads of each shard its stats, and what of its table is asked for.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">The job's plan.</param>
    /// <param name="columns">The columns, of <see cref="ShardColumns"/>.</param>
    /// <param name="first">Number of the first sample.</param>
    /// <param name="count">How many samples, all of which are in memory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The job does not have these samples.</exception>
    /// <exception cref="InvalidInputException">The stats of a shard are damaged.</exception>
    /// <exception cref="InvalidDataException">A shard's stats are not of its samples, or its table is not that of its stats.</exception>
    /// <exception cref="IOException">The store cannot be read, or a table is there under neither of its names.</exception>
    public static async Task<SamplePage> ReadAsync(
        IStore store, string job, JobPlan plan, IReadOnlyCollection<ShardColumn> columns, long first, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, plan.Samples - count);
        var (committed, uncommitted) = (new List<SampleRows>(), new List<SampleRange>());
        for (var next = first; next < first + count;)
        {
            var shard = (int)(next / plan.ShardSize);
            var from = (int)(next - plan.FirstSample(shard));
            var here = (int)Math.Min(plan.SamplesIn(shard) - from, first + count - next);
            if (await ReadStatsAsync(store, job, plan, shard, cancellationToken).ConfigureAwait(false) is { } stats)
                committed.Add(await ShardReader.ReadColumnsAsync(store, job, stats, columns, from, here, cancellationToken).ConfigureAwait(false));
            else if (uncommitted is [.., var last] && last.First + last.Count == next)
                uncommitted[^1] = last with { Count = last.Count + here };
            else
                uncommitted.Add(new SampleRange(next, here));
            next += here;
        }
        return new SamplePage(committed, uncommitted);
    }

    /// <summary>The image of a sample, by one read of its part of the tar; null where the sample failed, or its shard is not committed.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">The job's plan.</param>
    /// <param name="sample">Number of the sample.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The job does not have this sample.</exception>
    /// <exception cref="InvalidInputException">The stats of its shard are damaged.</exception>
    /// <exception cref="InvalidDataException">The shard's files are not those of its stats, or its table names no image.</exception>
    /// <exception cref="IOException">The store cannot be read, or a file is there under neither of its names.</exception>
    public static async Task<SampleImage?> ReadImageAsync(IStore store, string job, JobPlan plan, long sample, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, plan.Samples);
        var shard = (int)(sample / plan.ShardSize);
        if (await ReadStatsAsync(store, job, plan, shard, cancellationToken).ConfigureAwait(false) is not { } stats) return null;
        var row = await ShardReader.ReadColumnsAsync(store, job, stats, ImageColumns, (int)(sample - stats.FirstSample), 1, cancellationToken).ConfigureAwait(false);
        if (row.Values(ShardColumns.Bytes)[0] is not { } bytes || row.Values(ShardColumns.ImageOffset)[0] is not { } offset) return null;
        // A reader of the answer takes it for an image of this kind.
        var format = row.Values(ShardColumns.Format)[0];
        if (!ImageFormats.All.Contains(format))
            throw new InvalidDataException($"{JobPaths.ShardParquet(job, shard)} has an image of the format '{Input.PrintableText.Of(format)}'; known: {string.Join(", ", ImageFormats.All)}");
        return new SampleImage(format, await ShardReader.ReadImageAsync(store, job, stats, offset, bytes, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The stats of a shard; null where it is not committed.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">The job's plan.</param>
    /// <param name="shard">Zero-based number of the shard.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The stats are damaged.</exception>
    /// <exception cref="InvalidDataException">The stats are of other samples than the plan gives the shard.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<ShardStats?> ReadStatsAsync(IStore store, string job, JobPlan plan, int shard, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var stats = await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false);
        if (stats is not null && (stats.FirstSample != plan.FirstSample(shard) || stats.Samples != plan.SamplesIn(shard)))
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{JobPaths.ShardStats(job, shard)} has {stats.Samples} samples from {stats.FirstSample}; the plan gives the shard {plan.SamplesIn(shard)} from {plan.FirstSample(shard)}"));
        return stats;
    }
}
