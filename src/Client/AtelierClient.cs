using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Retries;

namespace Atelier.Client;

/// <summary>Submits jobs to an Atelier cluster and follows them. Thread-safe; holds nothing of a job.</summary>
public sealed partial class AtelierClient
{
    private const int AskedAtOnce = 16;
    private static readonly ActivitySource Tracing = new("Atelier.Client");

    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly RetryOptions _options;
    private readonly Retry _retry;
    private readonly string _name = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>A client of a cluster.</summary>
    /// <param name="grains">An Orleans cluster client, or the grain factory of a silo in this process.</param>
    /// <param name="time">Clock of the pauses between retries; the system's when null.</param>
    /// <param name="retry">How patient it is with a cluster that does not answer; the defaults when null. A web page may want less.</param>
    /// <exception cref="InvalidInputException">A number of the options is not allowed.</exception>
    public AtelierClient(IGrainFactory grains, TimeProvider? time = null, RetryOptions? retry = null)
    {
        ArgumentNullException.ThrowIfNull(grains);
        (_grains, _time, _options) = (grains, time ?? TimeProvider.System, retry ?? new RetryOptions());
        _retry = new Retry(_options, _time, IsLoss);
    }

    private AtelierClient(AtelierClient other, string name)
    {
        (_grains, _time, _options) = (other._grains, other._time, other._options);
        (_retry, _name) = (other._retry, name);
    }

    /// <summary>A client of the same cluster whose decisions are those of somebody else, such as of the person who has signed in.</summary>
    /// <param name="name">Who decides, at most 100 characters.</param>
    public AtelierClient As(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new AtelierClient(this, name);
    }

    /// <summary>
    /// Submits a job in bounded memory and starts it. Submitting the same job again changes nothing, so a caller that lost its connection
    /// simply repeats the call.
    /// </summary>
    /// <param name="jobId">Name of the job, unique in its store.</param>
    /// <param name="spec">Settings.</param>
    /// <param name="rows">Rows in order; read once.</param>
    /// <param name="scheduling">Submitter, priority and weight of a new job; a job that exists keeps its own.</param>
    /// <param name="cancellationToken">Stops between chunks; what was staged stays and can be completed by another call.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="InvalidInputException">The spec or a row is not valid, or the job exists and differs; the message says in what.</exception>
    public Task<long> SubmitAsync(
        string jobId, JobSpec spec, IAsyncEnumerable<PromptRow> rows, JobScheduling? scheduling = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return SubmitAsync(jobId, spec, rows.Select(row => new SubmittedRow(row)), scheduling, cancellationToken);
    }

    /// <summary>The same for rows that inpaint: each input is added to the job before the first chunk of rows that names it.</summary>
    /// <param name="jobId">Name of the job, unique in its store.</param>
    /// <param name="spec">Settings.</param>
    /// <param name="rows">Rows in order, with their inputs; read once.</param>
    /// <param name="scheduling">Submitter, priority and weight of a new job; a job that exists keeps its own.</param>
    /// <param name="cancellationToken">Stops between chunks; what was staged stays and can be completed by another call.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="InvalidInputException">The spec, a row or an input is not valid, or the job exists and differs; the message says in what.</exception>
    public async Task<long> SubmitAsync(
        string jobId, JobSpec spec, IAsyncEnumerable<SubmittedRow> rows, JobScheduling? scheduling = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        ArgumentNullException.ThrowIfNull(rows);
        JobSpecRules.Check(spec);
        using var span = Tracing.StartActivity("submit", ActivityKind.Client)?.SetTag("atelier.job", jobId);
        var job = Job(jobId);
        await _retry.RunAsync(() => job.Create(spec, scheduling), cancellationToken);

        var (count, chunk) = (0L, ImmutableArray.CreateBuilder<PromptRow>(JobLimits.ChunkRows));
        await foreach (var (row, input) in rows.WithCancellation(cancellationToken))
        {
            if (!input.IsEmpty) await _retry.RunAsync(() => job.AddInput(row.InputSha256!, input.ToArray()), cancellationToken);
            chunk.Add(row);
            count++;
            if (chunk.Count == JobLimits.ChunkRows) await FlushAsync();
        }
        if (chunk.Count > 0) await FlushAsync();
        await _retry.RunAsync(() => job.Start(count), cancellationToken);
        return count;

        async Task FlushAsync()
        {
            var rowsOfChunk = chunk.ToImmutable();
            await _retry.RunAsync(() => job.Append((int)((count - 1) / JobLimits.ChunkRows), rowsOfChunk), cancellationToken);
            chunk.Clear();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The job as it is now; status Unknown when there is none.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<JobProgress> GetProgressAsync(string jobId, CancellationToken cancellationToken = default)
    {
        JobProgress? progress = null;
        // An activation that is reading the store knows nothing yet; it soon will.
        for (var left = _options.MaxTries; left > 0 && progress is null or { Status: JobStatus.Recovering, Message: null }; left--)
        {
            if (progress is not null) await Task.Delay(_options.Pause, _time, cancellationToken);
            progress = await _retry.RunAsync(() => Job(jobId).GetProgress(), cancellationToken);
        }
        return progress!;
    }

    /// <summary>
    /// All jobs of the cluster's store, in ordinal order of their names. Jobs that have ended are as the store says, which keeps no shards of them; the others are
    /// asked, and woken for it.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async IAsyncEnumerable<JobProgress> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var query = new JobQuery { Count = JobQuery.MaxCount, IsFresh = true };
        while (true)
        {
            var page = await ListAsync(query, cancellationToken);
            foreach (var some in page.Jobs.Chunk(AskedAtOnce))
            {
                // A name without a job: its creator was lost before the job was there.
                foreach (var job in await Task.WhenAll(some.Select(AskAsync)))
                    if (job.Status != JobStatus.Unknown) yield return job;
            }
            if (page.Jobs.Length < query.Count) yield break;
            query = query with { After = page.Jobs[^1].JobId, IsFresh = false };
        }

        Task<JobProgress> AskAsync(JobListing job) => job.Status is JobStatus.Completed or JobStatus.Cancelled
            ? Task.FromResult(job.ToProgress())
            : GetProgressAsync(job.JobId, cancellationToken);
    }

    /// <summary>Some jobs of the cluster's store and how many there are, as they last said, some seconds ago at most; wakes none.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">A value of the query is not allowed.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Check();
        return _retry.RunAsync(() => _grains.GetGrain<IJobsGrain>(0).List(query), cancellationToken);
    }

    /// <summary>What was asked of a job, and by whom.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or a file of it is damaged.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public Task<JobDescription> DescribeAsync(string jobId, CancellationToken cancellationToken = default) => _retry.RunAsync(() => Job(jobId).Describe(), cancellationToken);

    /// <summary>Where the cluster's jobs are: the path of a folder, or the URL of a container; never credentials.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<string> GetStoreAsync(CancellationToken cancellationToken = default) => _retry.RunAsync(() => _grains.GetGrain<IJobsGrain>(0).GetStore(), cancellationToken);

    /// <summary>Follows a job until it is final. Survives the loss of the silo it talks to: it asks again until it gets an answer.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the watching, not the job.</param>
    public async IAsyncEnumerable<JobProgress> WatchAsync(string jobId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await using var updates = Job(jobId).Watch().GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                JobProgress? progress = null;
                try
                {
                    if (!await updates.MoveNextAsync()) break;
                    progress = updates.Current;
                }
                catch (Exception lost) when (IsLoss(lost))
                {
                    break;
                }
                yield return progress;
                if (progress.IsFinal) yield break;
            }
            await Task.Delay(_options.Pause, _time, cancellationToken);
        }
    }

    private IJobGrain Job(string jobId)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return _grains.GetGrain<IJobGrain>(jobId);
    }

    // A call may fail while the silo that it went to is being replaced, and a grain whose store is out of reach says so by an IOException; all may be repeated.
    private static bool IsLoss(Exception exception) => exception is OrleansException or TimeoutException or EnumerationAbortedException or IOException;
}
