using System.Runtime.CompilerServices;
using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Removal;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Closing;

/// <summary>Makes the files that complete a job once all its shards are committed.</summary>
public static class JobClosing
{
    private const int ShardsAtOnce = 16;

    /// <summary>
    /// Promotes what is not promoted yet, writes <c>errors.jsonl</c>, <c>README.md</c> and, if there is an image, <c>contact-sheet.png</c>,
    /// removes the leftovers of lost attempts, and last writes <c>summary.json</c>: where that exists, all the rest does. Everything
    /// follows from the job's files alone, so that it may be repeated, run twice at once, and be killed anywhere. Memory does not grow
    /// with the number of samples in the job, but for some twenty bytes a shard.
    /// </summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up; what was written stays and is not wrong.</param>
    /// <returns>What <c>summary.json</c> says.</returns>
    /// <exception cref="InvalidOperationException">The job has no record or plan, or a shard is not committed.</exception>
    /// <exception cref="InvalidDataException">A shard's files are not those of its stats, or an earlier summary is of other shards.</exception>
    public static async Task<JobSummary> CloseAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        // A job that was closed may have lost files since: all is made again, and what is there stays.
        var closed = await JobFiles.ReadSummaryAsync(store, job, cancellationToken).ConfigureAwait(false);
        var record = await JobFiles.ReadRecordAsync(store, job, cancellationToken).ConfigureAwait(false) ?? throw Missing(JobPaths.Record(job));
        var plan = await JobFiles.ReadPlanAsync(store, job, cancellationToken).ConfigureAwait(false) ?? throw Missing(JobPaths.Plan(job));
        using var builder = new SummaryBuilder(record.Spec, plan);
        var imagesOfShards = new int[plan.Shards];

        var errors = await store.OpenWriterAsync(JobPaths.Errors(job), cancellationToken).ConfigureAwait(false);
        await using (errors.ConfigureAwait(false))
        {
            await foreach (var stats in PromoteAllAsync(store, job, plan.Shards, cancellationToken).ConfigureAwait(false))
            {
                builder.Add(stats);
                imagesOfShards[stats.Shard] = stats.Samples - stats.Failed;
                if (stats.Failed > 0)
                    await WriteErrorsAsync(store, job, stats, errors.Stream, cancellationToken).ConfigureAwait(false);
            }
            await errors.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        var summary = builder.Build();
        if (closed is not null && closed.DatasetSha256 != summary.DatasetSha256)
            throw new InvalidDataException($"'{JobPaths.Summary(job)}' has the dataset_sha256 {closed.DatasetSha256}; that of the job's shards is {summary.DatasetSha256}");
        if (await JobContactSheet.RenderAsync(store, job, summary, imagesOfShards, cancellationToken).ConfigureAwait(false) is { } sheet)
            await store.TryCreateAsync(JobPaths.ContactSheet(job), sheet, cancellationToken).ConfigureAwait(false);
        await store.TryCreateAsync(JobPaths.Card(job), Encoding.UTF8.GetBytes(DatasetCard.Render(summary)), cancellationToken).ConfigureAwait(false);
        await JobLeftovers.RemoveOfFinishedAsync(store, job, plan.Shards, cancellationToken).ConfigureAwait(false);
        await JobFiles.TryCreateSummaryAsync(store, job, summary, cancellationToken).ConfigureAwait(false);
        return summary;
    }

    /// <summary>The stats of a shard, which must be committed.</summary>
    internal static async Task<ShardStats> ReadStatsAsync(IStore store, string job, int shard, CancellationToken cancellationToken) =>
        await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false) ?? throw Missing(JobPaths.ShardStats(job, shard));

    /// <summary>
    /// The stats of all shards, in order, each promoted by then. Several are in work at once: one after another, a job of 100,000 shards would wait
    /// for hours on a store across a network.
    /// </summary>
    private static async IAsyncEnumerable<ShardStats> PromoteAllAsync(
        IStore store, string job, int shards, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var promoted = await PromotedFiles.ListAsync(store, job, shards, cancellationToken).ConfigureAwait(false);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var inWork = new Queue<Task<ShardStats>>(ShardsAtOnce);
        try
        {
            for (var next = 0; next < shards || inWork.Count > 0;)
            {
                if (next < shards && inWork.Count < ShardsAtOnce) inWork.Enqueue(PromoteAsync(next++));
                else yield return await inWork.Dequeue().ConfigureAwait(false);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(inWork.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<ShardStats> PromoteAsync(int shard)
        {
            var stats = await ReadStatsAsync(store, job, shard, ended.Token).ConfigureAwait(false);
            if (!promoted.Has(stats)) await ShardPromotion.PromoteAsync(store, job, stats, ended.Token).ConfigureAwait(false);
            return stats;
        }
    }

    private static async Task WriteErrorsAsync(
        IStore store, string job, ShardStats stats, Stream stream, CancellationToken cancellationToken)
    {
        var rows = await ShardReader.ReadRowsAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
        foreach (var row in rows.Where(row => row.Status == SampleStatus.Failed))
            await stream.WriteAsync(ErrorLine.Of(row), cancellationToken).ConfigureAwait(false);
    }

    private static InvalidOperationException Missing(string path) => new($"The job cannot be closed: the store has no '{path}'.");
}
