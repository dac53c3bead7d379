using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Jobs;

/// <summary>Reads every byte of a job's shards and compares it with what was committed.</summary>
public static class JobVerification
{
    /// <summary>
    /// What is wrong, shard by shard: a file that is missing or has another length or SHA-256 than its stats record, stats of another job or of
    /// other samples than the plan gives the shard, metadata rows that are not those samples, a tar without the image of a sample that has one. Of a finished job also a shard that is
    /// missing and a summary that does not add up. Nothing is repaired. Memory does not grow with the number of shards.
    /// </summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job; it may be running, when only what is committed is looked at.</param>
    /// <param name="verified">Called after each shard with the number of shards looked at and of those that are committed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or it has not been started.</exception>
    public static async IAsyncEnumerable<JobProblem> VerifyAsync(
        IStore store, string job, Action<int, int>? verified = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var (record, plan) = await ReadAsync(store, job, cancellationToken).ConfigureAwait(false);
        var summary = await JobFiles.ReadSummaryAsync(store, job, cancellationToken).ConfigureAwait(false);
        using var builder = new SummaryBuilder(record.Spec, plan);
        var committed = 0;
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            var (stats, unreadable) = await ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false);
            if (unreadable is not null) yield return unreadable;
            else if (stats is null && summary is not null) yield return new JobProblem(JobPaths.ShardStats(job, shard), "is missing from a finished job");
            if (stats is not null)
            {
                committed++;
                builder.Add(stats);
                await foreach (var problem in VerifyAsync(store, job, record, plan, stats, cancellationToken).ConfigureAwait(false))
                    yield return problem;
            }
            verified?.Invoke(shard + 1, committed);
        }
        if (summary is not null && committed == plan.Shards && builder.Build().DatasetSha256 != summary.DatasetSha256)
            yield return new JobProblem(JobPaths.Summary(job), "has another dataset_sha256 than the shards' stats come to");
    }

    /// <summary>The record and plan of a started job.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    internal static async Task<(JobRecord Record, JobPlan Plan)> ReadAsync(IStore store, string job, CancellationToken cancellationToken)
    {
        var record = await JobFiles.ReadRecordAsync(store, job, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidInputException($"there is no job '{job}' in this store: it has no '{JobPaths.Record(job)}'");
        var plan = await JobFiles.ReadPlanAsync(store, job, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidInputException($"job '{job}' has not been started: it has no '{JobPaths.Plan(job)}'");
        return (record, plan);
    }

    private static async Task<(ShardStats?, JobProblem?)> ReadStatsAsync(IStore store, string job, int shard, CancellationToken cancellationToken)
    {
        try
        {
            return (await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false), null);
        }
        catch (InvalidInputException damaged)
        {
            return (null, new JobProblem(JobPaths.ShardStats(job, shard), damaged.Message));
        }
    }

    private static async IAsyncEnumerable<JobProblem> VerifyAsync(
        IStore store, string job, JobRecord record, JobPlan plan, ShardStats stats, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = JobPaths.ShardStats(job, stats.Shard);
        if (stats.Incarnation != record.Incarnation) yield return new JobProblem(path, "is of another job that had this name");
        if (stats.FirstSample != plan.FirstSample(stats.Shard) || stats.Samples != plan.SamplesIn(stats.Shard))
        {
            yield return new JobProblem(path, string.Create(CultureInfo.InvariantCulture,
                $"has {stats.Samples} samples from {stats.FirstSample}; the plan gives the shard {plan.SamplesIn(stats.Shard)} from {plan.FirstSample(stats.Shard)}"));
        }

        var tar = await CompareAsync(
            JobPaths.ShardTar(job, stats.Shard), () => ShardReader.OpenTarAsync(store, job, stats, cancellationToken), stats.TarBytes, stats.TarSha256, cancellationToken).ConfigureAwait(false);
        var parquet = await CompareAsync(
            JobPaths.ShardParquet(job, stats.Shard), () => ShardReader.OpenParquetAsync(store, job, stats, cancellationToken), stats.ParquetBytes, stats.ParquetSha256, cancellationToken).ConfigureAwait(false);
        if (tar is not null) yield return tar;
        if (parquet is not null) yield return parquet;
        // Files that are byte for byte those of the attempt are still worth a look: the attempt may have been wrong.
        if (tar is null && parquet is null && await CompareSamplesAsync(store, job, stats, cancellationToken).ConfigureAwait(false) is { } sample)
            yield return sample;
    }

    private static async Task<JobProblem?> CompareAsync(string path, Func<Task<Stream>> open, long bytes, string sha256, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await open().ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            if (stream.Length != bytes) return new JobProblem(path, string.Create(CultureInfo.InvariantCulture, $"has {stream.Length} bytes; its stats record {bytes}"));
            var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
            return found == sha256 ? null : new JobProblem(path, $"has SHA-256 {found}; its stats record {sha256}");
        }
        catch (FileNotFoundException)
        {
            return new JobProblem(path, "is missing");
        }
    }

    private static async Task<JobProblem?> CompareSamplesAsync(IStore store, string job, ShardStats stats, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await ShardReader.ReadRowsAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
            var keys = Enumerable.Range(0, stats.Samples).Select(i => JobPaths.SampleKey(stats.FirstSample + i));
            if (!rows.Select(row => row.Key).SequenceEqual(keys))
                return new JobProblem(JobPaths.ShardParquet(job, stats.Shard), "does not hold one row for each sample of the shard, in order");
            var drawn = rows.Where(row => row.Status != SampleStatus.Failed).Select(row => row.Key).ToList();
            if (drawn.Count != stats.Samples - stats.Failed)
                return new JobProblem(JobPaths.ShardParquet(job, stats.Shard), $"has {rows.Count - drawn.Count} failed samples; its stats record {stats.Failed}");
            var position = 0;
            await foreach (var image in ShardReader.ReadImagesAsync(store, job, stats, cancellationToken).ConfigureAwait(false))
            {
                if (position == drawn.Count || image.Key != drawn[position++])
                    return new JobProblem(JobPaths.ShardTar(job, stats.Shard), $"has an image of sample {image.Key}, which its metadata does not have there");
            }
            return position == drawn.Count ? null : new JobProblem(JobPaths.ShardTar(job, stats.Shard), $"has no image of sample {drawn[position]}");
        }
        catch (InvalidDataException unreadable)
        {
            return new JobProblem(JobPaths.ShardTar(job, stats.Shard), unreadable.Message);
        }
    }
}
