using System.Collections.Immutable;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Orleans.Concurrency;

namespace Atelier.Abstractions.Jobs;

/// <summary>
/// One job, by its id. The store is the truth: the grain may vanish at any moment, or exist twice, and is rebuilt from what is there. Every
/// method may be called again after an error whose outcome is unknown.
/// </summary>
[Alias("atelier.IJobGrain")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Creates the job. When the task completes, the spec is durable.</summary>
    /// <param name="spec">The job's settings.</param>
    /// <exception cref="InvalidInputException">The spec is not valid, or the job exists with another spec; the message says what differs.</exception>
    [Alias("Create")]
    Task Create(JobSpec spec);

    /// <summary>
    /// Stages what is known of an image that rows inpaint: a square PNG of the size that the job's images have, whose opaque pixels are kept and whose
    /// transparent ones are drawn. When the task completes, it is durable; it may be added again, and must be before the rows that name it.
    /// </summary>
    /// <param name="sha256">Lower-case hex SHA-256 of the content, by which rows name it.</param>
    /// <param name="content">The PNG, at most <see cref="JobLimits.MaxInputBytes"/> long.</param>
    /// <exception cref="InvalidInputException">The digest is not the content's, the content is empty or too long, or the job is not created.</exception>
    [Alias("AddInput"), AlwaysInterleave]
    Task AddInput(string sha256, [Immutable] byte[] content);

    /// <summary>Stages a chunk of rows. When the task completes, the rows are durable; the same chunk may be appended again.</summary>
    /// <param name="chunk">Zero-based chunk number; every chunk but the last holds <see cref="JobLimits.ChunkRows"/> rows.</param>
    /// <param name="rows">The rows, in order.</param>
    /// <exception cref="InvalidInputException">The job has other rows there, or is not created, or a row names an input by something other than a SHA-256; the message names the first such row.</exception>
    [Alias("Append")]
    Task Append(int chunk, ImmutableArray<PromptRow> rows);

    /// <summary>Fixes the plan and makes the shards available to workers. When the task completes, the plan is durable.</summary>
    /// <param name="rows">Number of rows that were appended.</param>
    /// <exception cref="InvalidInputException">The job was started with another number of rows, or is not created.</exception>
    [Alias("Start")]
    Task Start(long rows);

    /// <summary>The job as it is now. Never waits for the store.</summary>
    [Alias("GetProgress"), AlwaysInterleave]
    Task<JobProgress> GetProgress();

    /// <summary>The job as it changes, at most a few times a second, ending with a final state. A watcher that loses it calls again.</summary>
    [Alias("Watch"), AlwaysInterleave]
    IAsyncEnumerable<JobProgress> Watch();

    /// <summary>Asks for work on this job; called by the dispatcher.</summary>
    /// <param name="worker">Who would do it.</param>
    /// <returns>A lease, or null when there is nothing to lease to this worker now.</returns>
    [Alias("Lease")]
    Task<WorkLease?> Lease(WorkerInfo worker);

    /// <summary>Says what the worker's arithmetic is. The first class admitted becomes the job's, durably.</summary>
    /// <param name="worker">Who asks.</param>
    /// <param name="numericsClass">Hash of the probe batch.</param>
    /// <returns>Whether the worker may work on the job; otherwise it returns its lease.</returns>
    [Alias("Admit")]
    Task<bool> Admit(WorkerInfo worker, string numericsClass);

    /// <summary>Keeps a lease alive and reports progress. A grain that was rebuilt adopts the lease.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="drawn">Samples of the shard drawn so far, in parts: half the steps of a batch count as half its samples.</param>
    /// <returns>False when the work is no longer wanted: another attempt has committed the shard, or the job is not running.</returns>
    [Alias("Heartbeat"), AlwaysInterleave]
    Task<bool> Heartbeat(WorkLease lease, double drawn);

    /// <summary>
    /// Commits a shard: the first attempt wins, durably, when the task completes. The winner then promotes its files and calls
    /// <see cref="Complete"/>; a loser deletes its files.
    /// </summary>
    /// <param name="lease">The lease, even an expired one.</param>
    /// <param name="stats">What the attempt made.</param>
    /// <returns>Whether this attempt owns the shard.</returns>
    [Alias("Commit")]
    Task<bool> Commit(WorkLease lease, ShardStats stats);

    /// <summary>Says that the leased work is finished: the shard is promoted, or the closing files are written.</summary>
    /// <param name="lease">The lease.</param>
    [Alias("Complete")]
    Task Complete(WorkLease lease);

    /// <summary>Gives a lease back unfinished.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="fault">What went wrong on the worker, in words for the user; null when it is only shutting down.</param>
    [Alias("Return")]
    Task Return(WorkLease lease, string? fault);
}
