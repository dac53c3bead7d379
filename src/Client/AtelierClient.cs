using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;

namespace Atelier.Client;

/// <summary>Submits jobs to an Atelier cluster and follows them. Thread-safe; holds nothing of a job.</summary>
/// <param name="grains">An Orleans cluster client, or the grain factory of a silo in this process.</param>
/// <param name="time">Clock of the pauses between retries.</param>
public sealed class AtelierClient(IGrainFactory grains, TimeProvider? time = null)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>
    /// Submits a job in bounded memory and starts it. Submitting the same job again changes nothing, so a caller that lost its connection
    /// simply repeats the call.
    /// </summary>
    /// <param name="jobId">Name of the job, unique in its store.</param>
    /// <param name="spec">Settings.</param>
    /// <param name="rows">Rows in order; read once.</param>
    /// <param name="cancellationToken">Stops between chunks; what was staged stays and can be completed by another call.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="InvalidInputException">The spec or a row is not valid, or the job exists and differs; the message says in what.</exception>
    public Task<long> SubmitAsync(
        string jobId, JobSpec spec, IAsyncEnumerable<PromptRow> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return SubmitAsync(jobId, spec, rows.Select(row => new SubmittedRow(row)), cancellationToken);
    }

    /// <summary>The same for rows that inpaint: each input is added to the job before the first chunk of rows that names it.</summary>
    /// <param name="jobId">Name of the job, unique in its store.</param>
    /// <param name="spec">Settings.</param>
    /// <param name="rows">Rows in order, with their inputs; read once.</param>
    /// <param name="cancellationToken">Stops between chunks; what was staged stays and can be completed by another call.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="InvalidInputException">The spec, a row or an input is not valid, or the job exists and differs; the message says in what.</exception>
    public async Task<long> SubmitAsync(
        string jobId, JobSpec spec, IAsyncEnumerable<SubmittedRow> rows, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        ArgumentNullException.ThrowIfNull(rows);
        JobSpecRules.Check(spec);
        var job = grains.GetGrain<IJobGrain>(jobId);
        await job.Create(spec);

        var (count, chunk) = (0L, ImmutableArray.CreateBuilder<PromptRow>(JobLimits.ChunkRows));
        await foreach (var (row, input) in rows.WithCancellation(cancellationToken))
        {
            if (!input.IsEmpty) await job.AddInput(row.InputSha256!, input.ToArray());
            chunk.Add(row);
            count++;
            if (chunk.Count == JobLimits.ChunkRows) await FlushAsync();
        }
        if (chunk.Count > 0) await FlushAsync();
        await job.Start(count);
        return count;

        async Task FlushAsync()
        {
            await job.Append((int)((count - 1) / JobLimits.ChunkRows), chunk.ToImmutable());
            chunk.Clear();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The job as it is now; status Unknown when there is none.</summary>
    /// <param name="jobId">The job.</param>
    public Task<JobProgress> GetProgressAsync(string jobId) => grains.GetGrain<IJobGrain>(jobId).GetProgress();

    /// <summary>Follows a job until it is final. Survives the loss of the silo it talks to: it asks again until it gets an answer.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the watching, not the job.</param>
    public async IAsyncEnumerable<JobProgress> WatchAsync(string jobId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await using var updates = grains.GetGrain<IJobGrain>(jobId).Watch().GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                JobProgress? progress = null;
                try
                {
                    if (!await updates.MoveNextAsync()) break;
                    progress = updates.Current;
                }
                catch (Exception lost) when (lost is OrleansException or TimeoutException or EnumerationAbortedException)
                {
                    break;
                }
                yield return progress;
                if (progress.IsFinal) yield break;
            }
            await Task.Delay(RetryPause, _time, cancellationToken);
        }
    }
}
