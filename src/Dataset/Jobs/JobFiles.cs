using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Plans;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Jobs;

/// <summary>
/// Writes and reads the small files of a job. Each is made once: a method that writes returns false, and leaves what is there, when the
/// file exists. A method that reads returns null when there is none, and throws <see cref="InvalidInputException"/>, naming the path, when
/// the file is not what a method here has written.
/// </summary>
public static class JobFiles
{
    /// <summary>Writes <c>job.json</c>; that it exists is the creation of the job.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="record">What to write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<bool> TryCreateRecordAsync(IStore store, string job, JobRecord record, CancellationToken cancellationToken = default) =>
        TryCreateAsync(store, JobPaths.Record(job), record, JobJson.File.JobRecord, cancellationToken);

    /// <summary>Reads <c>job.json</c>.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<JobRecord?> ReadRecordAsync(IStore store, string job, CancellationToken cancellationToken = default) =>
        ReadAsync(store, JobPaths.Record(job), JobJson.File.JobRecord, cancellationToken);

    /// <summary>Writes <c>plan.json</c>.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">What to write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<bool> TryCreatePlanAsync(IStore store, string job, JobPlan plan, CancellationToken cancellationToken = default) =>
        TryCreateAsync(store, JobPaths.Plan(job), plan, JobJson.File.JobPlan, cancellationToken);

    /// <summary>Writes <c>batch.json</c>, the batch size of a plan that leaves it open.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="batchSize">What to write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<bool> TryCreateBatchAsync(IStore store, string job, int batchSize, CancellationToken cancellationToken = default) =>
        TryCreateAsync(store, JobPaths.Batch(job), new JobBatch { BatchSize = batchSize }, JobJson.File.JobBatch, cancellationToken);

    /// <summary>Reads <c>plan.json</c>, and where that leaves the batch size open, <c>batch.json</c>, if that is there.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<JobPlan?> ReadPlanAsync(IStore store, string job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = JobPaths.Plan(job);
        if (await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is not { } content) return null;
        // Before the rest, of which another format may have more.
        JobPlan.CheckShardFormat(JobJson.Read(content, JobJson.File.PlanFormat, path).ShardFormat, path);
        var plan = JobJson.Read(content, JobJson.File.JobPlan, path);
        if (plan is { Rows: < 0 } or { ImagesPerPrompt: < 1 } or { ShardSize: < 1 } or { BatchSize: < 1 } or { ChunkRows: < 1 })
            throw new InvalidInputException($"{path} is damaged: a count in it is not positive.");
        if (((Int128)plan.Rows * plan.ImagesPerPrompt + plan.ShardSize - 1) / plan.ShardSize > JobLimits.MaxShards || plan.Rows > JobLimits.MaxRows)
            throw new InvalidInputException($"{path} is damaged: it has more than {JobLimits.MaxShards:N0} shards or {JobLimits.MaxRows:N0} rows.");
        if (plan is not { BatchSize: null }) return plan;
        var batch = await ReadAsync(store, JobPaths.Batch(job), JobJson.File.JobBatch, cancellationToken).ConfigureAwait(false);
        if (batch is { BatchSize: < 1 or > JobLimits.MaxBatchSize })
            throw new InvalidInputException($"{JobPaths.Batch(job)} is damaged: batch_size is {batch.BatchSize}; allowed: 1 to {JobLimits.MaxBatchSize}.");
        return plan with { BatchSize = batch?.BatchSize };
    }

    /// <summary>Binds the job to a numerics class, <c>numerics.json</c>, unless it is bound.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="numericsClass">The class of the first worker.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The class that the job is bound to.</returns>
    public static async Task<string> BindNumericsAsync(IStore store, string job, string numericsClass, CancellationToken cancellationToken = default)
    {
        await TryCreateAsync(store, JobPaths.Numerics(job), new JobNumerics { NumericsClass = numericsClass }, JobJson.File.JobNumerics, cancellationToken).ConfigureAwait(false);
        return await ReadNumericsAsync(store, job, cancellationToken).ConfigureAwait(false) ?? throw new FileNotFoundException($"{JobPaths.Numerics(job)} was made and is gone");
    }

    /// <summary>Reads the numerics class that the job is bound to.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string?> ReadNumericsAsync(IStore store, string job, CancellationToken cancellationToken = default) =>
        (await ReadAsync(store, JobPaths.Numerics(job), JobJson.File.JobNumerics, cancellationToken).ConfigureAwait(false))?.NumericsClass;

    /// <summary>Writes the stats of a shard, <c>shards/00000.json</c>; that the file exists is the commit of the shard.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">What to write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<bool> TryCreateStatsAsync(IStore store, string job, ShardStats stats, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stats);
        return TryCreateAsync(store, JobPaths.ShardStats(job, stats.Shard), stats, JobJson.File.ShardStats, cancellationToken);
    }

    /// <summary>Reads the stats of a shard, which only a committed shard has.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ShardStats?> ReadStatsAsync(IStore store, string job, int shard, CancellationToken cancellationToken = default)
    {
        var path = JobPaths.ShardStats(job, shard);
        var stats = await ReadAsync(store, path, JobJson.File.ShardStats, cancellationToken).ConfigureAwait(false);
        if (stats is not null && stats.Shard != shard)
            throw new InvalidInputException($"{path} is damaged: it is about shard {stats.Shard}.");
        return stats;
    }

    /// <summary>Writes a chunk of the job's rows, <c>prompts/00000.jsonl</c>.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="chunk">Zero-based chunk number.</param>
    /// <param name="rows">The rows, in order; their indices are not written but follow from their place.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<bool> TryCreatePromptsAsync(
        IStore store, string job, int chunk, IReadOnlyList<PromptRow> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(rows);
        var content = new MemoryStream();
        foreach (var row in rows)
        {
            var line = new PromptLine
            {
                Prompt = row.Prompt,
                Id = row.Id,
                Seed = row.Seed,
                GuidanceScale = row.GuidanceScale,
                NegativePrompt = row.NegativePrompt,
                Label = row.Label,
                InputSha256 = row.InputSha256,
            };
            JsonSerializer.Serialize(content, line, JobJson.Line.PromptLine);
            content.WriteByte((byte)'\n');
        }
        return store.TryCreateAsync(JobPaths.Prompts(job, chunk), content.GetBuffer().AsMemory(0, (int)content.Length), cancellationToken);
    }

    /// <summary>Reads a chunk of the job's rows.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="chunk">Zero-based chunk number.</param>
    /// <param name="chunkRows">Rows of every chunk but the last.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<PromptRow>?> ReadPromptsAsync(
        IStore store, string job, int chunk, int chunkRows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = JobPaths.Prompts(job, chunk);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return content is null ? null : ParsePrompts(content, path, (long)chunk * chunkRows);
    }

    /// <summary>Reads <c>summary.json</c>, which only a finished job has.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<JobSummary?> ReadSummaryAsync(IStore store, string job, CancellationToken cancellationToken = default) =>
        ReadAsync(store, JobPaths.Summary(job), JobJson.File.JobSummary, cancellationToken);

    /// <summary>Writes <c>summary.json</c>, which says that all the job's other files are there.</summary>
    internal static Task<bool> TryCreateSummaryAsync(IStore store, string job, JobSummary summary, CancellationToken cancellationToken) =>
        TryCreateAsync(store, JobPaths.Summary(job), summary, JobJson.File.JobSummary, cancellationToken);

    /// <summary>The rows of a chunk.</summary>
    /// <exception cref="InvalidInputException">A line is damaged; the message names it.</exception>
    internal static IReadOnlyList<PromptRow> ParsePrompts(ReadOnlySpan<byte> content, string path, long firstIndex)
    {
        var rows = new List<PromptRow>();
        while (!content.IsEmpty)
        {
            var place = $"{path} line {rows.Count + 1}";
            var end = content.IndexOf((byte)'\n');
            if (end < 0)
                throw new InvalidInputException($"{place} is damaged: it is cut short.");
            var line = JobJson.Read(content[..end], JobJson.Line.PromptLine, place);
            rows.Add(new PromptRow
            {
                Index = firstIndex + rows.Count,
                Prompt = line.Prompt,
                Id = line.Id,
                Seed = line.Seed,
                GuidanceScale = line.GuidanceScale,
                NegativePrompt = line.NegativePrompt,
                Label = line.Label,
                InputSha256 = line.InputSha256,
            });
            content = content[(end + 1)..];
        }
        return rows;
    }

    private static Task<bool> TryCreateAsync<T>(
        IStore store, string path, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.TryCreateAsync(path, JobJson.Write(value, type), cancellationToken);
    }

    private static async Task<T?> ReadAsync<T>(IStore store, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return content is null ? null : JobJson.Read(content, type, path);
    }
}
