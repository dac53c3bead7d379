using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Verification;

namespace Atelier.Dataset.Reading;

/// <summary>Copies the committed part of a job into another store, as a job folder of its own right.</summary>
public static class JobDownload
{
    /// <summary>
    /// Copies spec, plan, rows with their inputs and the index of their ids, and every committed shard under its plain names, each checked against the SHA-256 that was committed, and the closing
    /// files of a finished job. A shard's stats come last, so that where they are, its files are. What is there already is not copied again: a
    /// download may be killed anywhere and repeated, and repeated later brings what was finished since.
    /// </summary>
    /// <param name="from">Where the job is.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="to">Where to copy it.</param>
    /// <param name="toJob">Its name there.</param>
    /// <param name="cancellationToken">Gives up; what was copied stays and is whole.</param>
    /// <returns>The shards, as each is there, with how many bytes were copied for it: 0 for one that was there before.</returns>
    /// <exception cref="InvalidInputException">There is no such job, or the target holds another one.</exception>
    /// <exception cref="InvalidDataException">A file is not the one that was committed; nothing of it was kept.</exception>
    public static async IAsyncEnumerable<(ShardStats Stats, long Copied)> CopyAsync(
        IStore from, string job, IStore to, string toJob, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var (record, plan) = await JobVerification.ReadAsync(from, job, cancellationToken).ConfigureAwait(false);
        await JobFiles.TryCreateRecordAsync(to, toJob, record, cancellationToken).ConfigureAwait(false);
        if (await JobFiles.ReadRecordAsync(to, toJob, cancellationToken).ConfigureAwait(false) is { } there && there.Incarnation != record.Incarnation)
            throw new InvalidInputException($"'{toJob}' there is another job, created {there.Created:u}; give a new or empty folder");
        await CopySmallAsync(from, JobPaths.Plan(job), to, JobPaths.Plan(toJob), cancellationToken).ConfigureAwait(false);
        await CopySmallAsync(from, JobPaths.Batch(job), to, JobPaths.Batch(toJob), cancellationToken).ConfigureAwait(false);
        await CopySmallAsync(from, JobPaths.Numerics(job), to, JobPaths.Numerics(toJob), cancellationToken).ConfigureAwait(false);

        List<Func<string, string>> folders = [JobPaths.AllPrompts, JobPaths.Inputs];
        // An index that is still being made is left for a later download: the file that says that it is complete could come without some of the others.
        if (await from.ReadAsync(JobPaths.RowIdIndex(job), cancellationToken).ConfigureAwait(false) is not null) folders.Add(JobPaths.RowIds);
        foreach (var folder in folders)
        {
            await foreach (var entry in from.ListAsync(folder(job), cancellationToken).ConfigureAwait(false))
            {
                if (JobFile.Parse(job, entry.Path) is not null)
                    await CopySmallAsync(from, entry.Path, to, folder(toJob) + entry.Path[folder(job).Length..], cancellationToken).ConfigureAwait(false);
            }
        }

        var isFinished = await JobFiles.ReadSummaryAsync(from, job, cancellationToken).ConfigureAwait(false) is not null;
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            if (await JobFiles.ReadStatsAsync(from, job, shard, cancellationToken).ConfigureAwait(false) is not { } stats) continue;
            var copied = 0L;
            if (await to.ReadAsync(JobPaths.ShardStats(toJob, shard), cancellationToken).ConfigureAwait(false) is null)
            {
                var tar = await ShardReader.OpenTarAsync(from, job, stats, cancellationToken).ConfigureAwait(false);
                await CopyAsync(tar, to, JobPaths.ShardTar(toJob, shard), stats.TarSha256, cancellationToken).ConfigureAwait(false);
                var parquet = await ShardReader.OpenParquetAsync(from, job, stats, cancellationToken).ConfigureAwait(false);
                await CopyAsync(parquet, to, JobPaths.ShardParquet(toJob, shard), stats.ParquetSha256, cancellationToken).ConfigureAwait(false);
                await JobFiles.TryCreateStatsAsync(to, toJob, stats, cancellationToken).ConfigureAwait(false);
                copied = stats.TarBytes + stats.ParquetBytes;
            }
            yield return (stats, copied);
        }
        if (!isFinished) yield break;
        foreach (var path in (Func<string, string>[])[JobPaths.Errors, JobPaths.ContactSheet, JobPaths.Card, JobPaths.Summary])
            await CopySmallAsync(from, path(job), to, path(toJob), cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(Stream source, IStore to, string path, string sha256, CancellationToken cancellationToken)
    {
        await using var _ = source.ConfigureAwait(false);
        var writer = await to.OpenWriterAsync(path, cancellationToken).ConfigureAwait(false);
        await using var __ = writer.ConfigureAwait(false);
        var hashing = new HashingStream(writer.Stream);
        await using var ___ = hashing.ConfigureAwait(false);
        await source.CopyToAsync(hashing, cancellationToken).ConfigureAwait(false);
        if (hashing.Sha256() != sha256) throw new InvalidDataException($"'{path}' would have SHA-256 {hashing.Sha256()}; {sha256} was committed");
        if (await writer.CompleteAsync(cancellationToken).ConfigureAwait(false)) return;

        // Left by a download that was killed, or by hand.
        using var existing = await to.OpenReadAsync(path, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"'{path}' was removed while it was copied");
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(existing, cancellationToken).ConfigureAwait(false));
        if (found != sha256) throw new InvalidDataException($"'{path}' is there with SHA-256 {found}; {sha256} was committed");
    }

    private static async Task CopySmallAsync(IStore from, string path, IStore to, string toPath, CancellationToken cancellationToken)
    {
        if (await from.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } content)
            await to.TryCreateAsync(toPath, content, cancellationToken).ConfigureAwait(false);
    }
}
