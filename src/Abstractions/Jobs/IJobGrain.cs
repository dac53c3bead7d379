using System.Collections.Immutable;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;

namespace Atelier.Abstractions.Jobs;

/// <summary>
/// One job, by its id. The store is the truth: the grain may vanish at any moment, or exist twice, and is rebuilt from what is there. Every
/// method may be called again after an error whose outcome is unknown, and any number of calls may be on their way at once.
/// </summary>
[Alias("atelier.IJobGrain")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Creates the job. When the task completes, spec and scheduling are durable. Scheduling that was once given stays.</summary>
    /// <param name="spec">The job's settings.</param>
    /// <param name="scheduling">Submitter, priority and weight; the defaults when null.</param>
    /// <exception cref="InvalidInputException">The name, spec or scheduling is not valid, or the job exists with another spec; the message says what differs.</exception>
    [Alias("Create")]
    Task Create(JobSpec spec, JobScheduling? scheduling = null);

    /// <summary>
    /// Stages what is known of an image that rows inpaint: a square PNG of the size that the job's images have, whose opaque pixels are kept and whose
    /// transparent ones are drawn. When the task completes, it is durable; it may be added again, and must be before the rows that name it.
    /// </summary>
    /// <param name="sha256">Lower-case hex SHA-256 of the content, by which rows name it.</param>
    /// <param name="content">The PNG, at most <see cref="JobLimits.MaxInputBytes"/> long.</param>
    /// <exception cref="InvalidInputException">The digest is not the content's, the content is empty or too long, or the job is not created.</exception>
    [Alias("AddInput")]
    Task AddInput(string sha256, [Immutable] byte[] content);

    /// <summary>Stages a chunk of rows. When the task completes, the rows are durable; the same chunk may be appended again.</summary>
    /// <param name="chunk">Zero-based chunk number; every chunk but the last holds <see cref="JobLimits.ChunkRows"/> rows.</param>
    /// <param name="rows">The rows, in order.</param>
    /// <exception cref="InvalidInputException">The job has other rows there, or is not created, or a row names an input by something other than a SHA-256; the message names the first such row.</exception>
    [Alias("Append")]
    Task Append(int chunk, ImmutableArray<PromptRow> rows);

    /// <summary>
    /// Fixes the plan and makes the shards available to workers. When the task completes, the plan is durable. Starting a job that has
    /// failed does what <see cref="RetryFailed"/> does; one that is paused stays paused; one whose store has lost files since they were written, though it be
    /// completed, is worked on again until they are there, the same bytes as before.
    /// </summary>
    /// <param name="rows">Number of rows that were appended.</param>
    /// <exception cref="InvalidInputException">The job was started with another number of rows, is not created, or is cancelled.</exception>
    [Alias("Start")]
    Task Start(long rows);

    /// <summary>
    /// Gives no more leases; workers stop at their next step and what they have not committed is given up. Durable when the task completes, safe
    /// to repeat. Changes nothing about a completed job.
    /// </summary>
    /// <exception cref="InvalidInputException">The job is not created, or is cancelled.</exception>
    /// <param name="by">Who decides, and why.</param>
    [Alias("Pause")]
    Task Pause(DecidedBy by);

    /// <summary>Goes on with a paused job. Durable when the task completes, safe to repeat. Changes nothing about a completed job.</summary>
    /// <exception cref="InvalidInputException">The job is not created, or is cancelled, which is final.</exception>
    /// <param name="by">Who decides, and why.</param>
    [Alias("Resume")]
    Task Resume(DecidedBy by);

    /// <summary>
    /// Stops the job for good; committed shards stay and can be read, later commits are refused. Durable when the task completes, safe to repeat.
    /// Changes nothing about a completed job, nor about who cancelled a cancelled one and why.
    /// </summary>
    /// <param name="by">Who decides, and why.</param>
    /// <exception cref="InvalidInputException">The job is not created, or a text is too long.</exception>
    [Alias("Cancel")]
    Task Cancel(DecidedBy by);

    /// <summary>Changes the job's class and share. Durable when the task completes, safe to repeat. Changes nothing about a completed job.</summary>
    /// <param name="priority">The new class.</param>
    /// <param name="weight">The new share, 1 to <see cref="JobScheduling.MaxWeight"/>.</param>
    /// <param name="by">Who decides, and why.</param>
    /// <exception cref="InvalidInputException">A value is not allowed, or the job is not created, or is cancelled.</exception>
    [Alias("SetPriority")]
    Task SetPriority(JobPriority priority, int weight, DecidedBy by);

    /// <summary>
    /// Puts shards that were set aside back to work, with no failures counted. Durable when the task completes, safe to repeat: where nothing is
    /// set aside, nothing changes.
    /// </summary>
    /// <exception cref="InvalidInputException">The job is not created, or is cancelled.</exception>
    /// <param name="by">Who decides, and why.</param>
    [Alias("RetryFailed")]
    Task RetryFailed(DecidedBy by);

    /// <summary>
    /// Removes the job and all its files. When the task completes, it is durable that the job is being deleted, and nobody works on it any more; its files
    /// go in the background, whatever is lost meanwhile, and then its status is <see cref="JobStatus.Unknown"/>. Safe to repeat, and where there is no such job.
    /// </summary>
    /// <exception cref="InvalidInputException">The job is running, or workers have not stopped yet.</exception>
    /// <param name="by">Who decides, and why.</param>
    [Alias("Delete")]
    Task Delete(DecidedBy by);

    /// <summary>The job as it is now. Never waits for the store.</summary>
    [Alias("GetProgress")]
    Task<JobProgress> GetProgress();

    /// <summary>What was asked of the job, and by whom. Waits for the store.</summary>
    /// <exception cref="InvalidInputException">The job is not created, or a file of it is damaged.</exception>
    /// <exception cref="IOException">The store cannot be read at present.</exception>
    [Alias("Describe")]
    Task<JobDescription> Describe();

    /// <summary>
    /// The job as it changes, at most a few times a second unless its status does, ending with a final state. A watcher that loses it calls again; any number of watchers
    /// cost what one does.
    /// </summary>
    [Alias("Watch")]
    IAsyncEnumerable<JobProgress> Watch();

    /// <summary>Where shards stand.</summary>
    /// <param name="first">Zero-based number of the first.</param>
    /// <param name="count">How many at most, 0 to <see cref="ShardMap.MaxCount"/>; fewer where the job has no more.</param>
    /// <exception cref="InvalidInputException">The job is not created, or a number is not allowed.</exception>
    /// <exception cref="IOException">The store cannot be read at present.</exception>
    [Alias("GetShards")]
    Task<ShardMap> GetShards(int first, int count);

    /// <summary>All that is known of a shard. Reads its small files.</summary>
    /// <param name="shard">Zero-based shard number.</param>
    /// <exception cref="InvalidInputException">The job is not started or has no such shard, or a file of it is damaged.</exception>
    /// <exception cref="IOException">The store cannot be read at present.</exception>
    [Alias("GetShard")]
    Task<ShardDescription> GetShard(int shard);

    /// <summary>What has failed, in groups.</summary>
    /// <exception cref="InvalidInputException">The job is not created.</exception>
    /// <exception cref="IOException">The store cannot be read at present.</exception>
    [Alias("GetErrors")]
    Task<JobErrors> GetErrors();

    /// <summary>How fast the job was: what an activation has seen and, from before it, what the store has by the hour. Where nothing was drawn, points are missing.</summary>
    /// <param name="since">From when on.</param>
    /// <param name="step">Length of a span, 10 s or more; the shorter it is, the later may it begin, since there are at most 5,000.</param>
    /// <exception cref="InvalidInputException">The job is not created, or the step is not allowed.</exception>
    /// <exception cref="IOException">The store cannot be read at present.</exception>
    [Alias("GetHistory")]
    Task<ImmutableArray<RatePoint>> GetHistory(DateTimeOffset since, TimeSpan step);

    /// <summary>
    /// What has happened, the last 1,000 events at most. An activation knows what it has seen and, from before it, decisions and failures. Where the given event is none of
    /// these, the first is a <see cref="JobCodes.Reset"/>, followed by all that is known.
    /// </summary>
    /// <param name="after">Id of the last event that is known; null for none.</param>
    /// <exception cref="InvalidInputException">The job is not created.</exception>
    /// <exception cref="IOException">The store cannot be read at present.</exception>
    [Alias("GetEvents")]
    Task<ImmutableArray<JobEvent>> GetEvents(string? after);

    /// <summary>The same as it happens; ends with the activation, not with the job. A watcher that loses it calls again with the last id.</summary>
    /// <param name="after">Id of the last event that is known; null for none.</param>
    [Alias("WatchEvents")]
    IAsyncEnumerable<JobEvent> WatchEvents(string? after);

    /// <summary>Asks for work on this job; called by the dispatcher.</summary>
    /// <param name="worker">Who would do it.</param>
    /// <returns>A lease, or null when there is nothing to lease to this worker now.</returns>
    [Alias("Lease")]
    Task<WorkLease?> Lease(WorkerInfo worker);

    /// <summary>
    /// Proposes the batch size of a job whose spec leaves it open. The first proposal becomes the job's for good, durably when the task completes; later
    /// ones change nothing.
    /// </summary>
    /// <param name="batchSize">What suits the worker's device, 1 to <see cref="JobLimits.MaxBatchSize"/>.</param>
    /// <returns>The job's batch size.</returns>
    /// <exception cref="InvalidInputException">The batch size is not allowed, or the job is not started.</exception>
    [Alias("ResolveBatch")]
    Task<int> ResolveBatch(int batchSize);

    /// <summary>Says what the worker's arithmetic is. The first class admitted becomes the job's, durably.</summary>
    /// <param name="worker">Who asks.</param>
    /// <param name="numericsClass">Hash of the probe batch.</param>
    /// <returns>Whether the worker may work on the job; otherwise it returns its lease.</returns>
    [Alias("Admit")]
    Task<bool> Admit(WorkerInfo worker, string numericsClass);

    /// <summary>Keeps leases alive and reports progress. A grain that was rebuilt adopts them.</summary>
    /// <param name="leases">Leases of this job.</param>
    /// <returns>
    /// Those whose work is no longer wanted: another attempt has committed the shard, the device stands still, or the job is paused, cancelled or failed.
    /// </returns>
    [Alias("Heartbeat")]
    Task<ImmutableArray<Guid>> Heartbeat(ImmutableArray<LeaseProgress> leases);

    /// <summary>
    /// Commits a shard: the first attempt wins, durably, when the task completes. The winner then promotes its files and calls
    /// <see cref="Complete"/>; a loser deletes its files.
    /// </summary>
    /// <param name="lease">The lease, even an expired one; its id is that of the attempt.</param>
    /// <param name="stats">What the attempt made.</param>
    /// <exception cref="InvalidInputException">The shard's files were lost and are made again, and these differ from what was committed.</exception>
    [Alias("Commit")]
    Task<CommitOutcome> Commit(WorkLease lease, ShardStats stats);

    /// <summary>Says that the leased work is finished: the shard is promoted, or the closing files are written.</summary>
    /// <param name="lease">The lease.</param>
    [Alias("Complete")]
    Task Complete(WorkLease lease);

    /// <summary>
    /// Gives a lease back unfinished. A fault is counted durably, once for each lease however often the call is repeated, and not while the store
    /// cannot be written: a shard with <see cref="JobLimits.MaxFaults"/> of them is set aside.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="fault">What went wrong on the worker, in words for the user; null when it is only shutting down.</param>
    [Alias("Return")]
    Task Return(WorkLease lease, string? fault);

    /// <summary>
    /// Gives a lease back because this worker cannot do any of the job, for instance without its model. The worker is kept out of the job, which is
    /// not durable; no fault is counted.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="worker">Who refuses.</param>
    /// <param name="reason">Why, in words for the user.</param>
    [Alias("Refuse")]
    Task Refuse(WorkLease lease, WorkerInfo worker, string reason);
}
