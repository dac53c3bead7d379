using System.Globalization;
using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Verification;

/// <summary>
/// Reads every file of a job and compares it with all others that say something about it. What was rewritten so that everything still agrees, from <c>job.json</c> on, only a signature, or a
/// fingerprint that is kept elsewhere, can tell.
/// </summary>
public static class JobVerification
{
    // One shard that is missing is told; of a hundred thousand the number is enough.
    private const int MaxMissing = 100;

    /// <summary>
    /// What is wrong, file by file: files that no job has, or this one not; spec, plan, rows, inputs, states and numerics class; each shard's stats, metadata, images, captions and
    /// samples' own metadata against each other and against spec and rows; and of a finished job what is missing, its list of failures, card, contact sheet and summary. Nothing is
    /// repaired. In memory are the rows of one chunk and one shard, an image, and a few bytes for each shard and input.
    /// </summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job; it may be running, when only what is committed is looked at.</param>
    /// <param name="seedOf">Gives samples their seeds.</param>
    /// <param name="verified">Called after each shard with the number of shards looked at and of those that are committed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such job, or it has not been started.</exception>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    public static async IAsyncEnumerable<JobProblem> VerifyAsync(
        IStore store, string job, SeedOfSample seedOf, Action<int, int>? verified = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(seedOf);
        var findings = new Findings(store, cancellationToken);
        var (record, plan) = (await findings.ReadAsync(JobPaths.Record(job), JobJson.File.JobRecord).ConfigureAwait(false), await ReadPlanAsync(store, job, findings, cancellationToken).ConfigureAwait(false));
        var isFinished = await findings.ExistsAsync(JobPaths.Summary(job)).ConfigureAwait(false);
        var summary = isFinished ? await findings.ReadAsync(JobPaths.Summary(job), JobJson.File.JobSummary).ConfigureAwait(false) : null;
        if (findings.Count == 0 && !isFinished) await ReadAsync(store, job, cancellationToken).ConfigureAwait(false);
        if (record is null && findings.Count == 0) findings.Add(JobPaths.Record(job), "is missing");
        if (plan is null && findings.Count == 0) findings.Add(JobPaths.Plan(job), "is missing from a finished job");
        foreach (var problem in findings.Take()) yield return problem;

        // A summary repeats both; of a format that is not known, nothing can be compared.
        if ((record?.Spec ?? summary?.Spec) is not { } spec || (plan ?? summary?.Plan) is not { ShardFormat: JobPlan.KnownShardFormat } known) yield break;
        var all = new VerifiedJob(store, job, spec, known)
        {
            Incarnation = record?.Incarnation,
            IsFinished = isFinished,
            Rows = new StagedRows(job, known, findings),
            SeedOf = seedOf,
        };
        var staged = new StagedVerification(all, findings);
        staged.VerifyPlan();
        await staged.VerifyNumericsAsync().ConfigureAwait(false);
        await foreach (var problem in VerifyTreeAsync(all, findings, staged, cancellationToken).ConfigureAwait(false)) yield return problem;
        await foreach (var problem in VerifyShardsAsync(all, findings, summary, verified, cancellationToken).ConfigureAwait(false)) yield return problem;
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

    private static async Task<JobPlan?> ReadPlanAsync(IStore store, string job, Findings findings, CancellationToken cancellationToken)
    {
        // Their lengths first: whole they are read only where they are short.
        foreach (var path in new[] { JobPaths.Plan(job), JobPaths.Batch(job) })
        {
            var before = findings.Count;
            await findings.ReadAsync(path, Findings.MaxSmallBytes).ConfigureAwait(false);
            if (findings.Count > before) return null;
        }
        return await findings.LookAsync(JobPaths.Plan(job), () => JobFiles.ReadPlanAsync(store, job, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Looks at every file but those of shards, and at the names of all.</summary>
    private static async IAsyncEnumerable<JobProblem> VerifyTreeAsync(
        VerifiedJob job, Findings findings, StagedVerification staged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ids = new RowIdVerification(job, findings);
        await ids.BeginAsync(cancellationToken).ConfigureAwait(false);
        for (var chunk = 0; chunk < job.Rows.Chunks; chunk++)
        {
            await staged.VerifyChunkAsync(chunk).ConfigureAwait(false);
            await ids.AddAsync(chunk).ConfigureAwait(false);
            foreach (var problem in findings.Take()) yield return problem;
        }
        var state = 0;
        await foreach (var entry in job.Store.ListAsync($"{job.Id}/", cancellationToken).ConfigureAwait(false))
        {
            if (JobFile.Parse(job.Id, entry.Path) is not { } file)
            {
                findings.Add(entry.Path, "is not a file of the job");
            }
            else if (ProblemWith(file, entry.Length, job) is { } problem)
            {
                findings.Add(entry.Path, problem);
            }
            else if (file.Kind == JobFileKind.State)
            {
                await staged.VerifyStateAsync(entry.Path, file.Number, state).ConfigureAwait(false);
                state = file.Number + 1;
            }
            else if (file.Kind == JobFileKind.Input)
            {
                await staged.VerifyInputAsync(entry.Path).ConfigureAwait(false);
            }
            else if (file.Kind is JobFileKind.RowIds or JobFileKind.RowIdIndex)
            {
                await ids.VerifyAsync(entry.Path, file.Kind).ConfigureAwait(false);
            }
            else if (file.Kind == JobFileKind.Failure)
            {
                await staged.VerifyFailureAsync(entry.Path).ConfigureAwait(false);
            }
            foreach (var found in findings.Take()) yield return found;
        }
        ids.Conclude();
        foreach (var missing in findings.Take()) yield return missing;
    }

    /// <summary>Why a file should not be there, by its name; null where it may.</summary>
    private static string? ProblemWith(JobFile file, long length, VerifiedJob job) => file.Kind switch
    {
        JobFileKind.Lock => length == 0 ? null : "is not empty",
        JobFileKind.Prompts when file.Number >= job.Rows.Chunks => $"is not of the job: its list has {job.Rows.Chunks} chunks",
        JobFileKind.Batch when !job.Spec.BatchSize.IsByDevice => "is not of the job: its plan has a batch size",
        JobFileKind.Numerics when job.Spec.Numerics != "same" => $"is not of the job: its spec allows the numerics class {job.Spec.Numerics}",
        JobFileKind.Stats or JobFileKind.Tar or JobFileKind.Parquet or JobFileKind.Attempt or JobFileKind.Failure or JobFileKind.Part when file.Number >= job.Plan.Shards =>
            $"is not of the job: it has {job.Plan.Shards} {(job.Plan.Shards == 1 ? "shard" : "shards")}",
        _ when file.IsOfUnfinishedWork && job.IsFinished => "is left over: nothing of a finished job is in it",
        _ => null,
    };

    private static async IAsyncEnumerable<JobProblem> VerifyShardsAsync(
        VerifiedJob job, Findings findings, JobSummary? summary, Action<int, int>? verified, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shards = new ShardVerification(job, findings, cancellationToken);
        var closing = new ClosingVerification(job, findings, cancellationToken);
        await using var _ = closing.ConfigureAwait(false);
        if (job.IsFinished) await closing.BeginAsync().ConfigureAwait(false);
        var (committed, missing, wrong) = (0, 0, 0);
        for (var shard = 0; shard < job.Plan.Shards; shard++)
        {
            var before = findings.Count;
            var (stats, rows) = await shards.VerifyAsync(shard).ConfigureAwait(false);
            if (stats is not null) committed++;
            else if (findings.Count == before) await VerifyMissingAsync(shard).ConfigureAwait(false);
            wrong += findings.Count - before;
            if (job.IsFinished) await closing.AddAsync(stats, rows).ConfigureAwait(false);
            foreach (var problem in findings.Take()) yield return problem;
            verified?.Invoke(shard + 1, committed);
        }
        if (missing > MaxMissing)
            findings.Add(JobPaths.Shards(job.Id), string.Create(CultureInfo.InvariantCulture, $"lacks {missing - MaxMissing:N0} more shards of a finished job"));
        if (job.IsFinished) await closing.ConcludeAsync(summary, wrong == 0 && missing == 0).ConfigureAwait(false);
        else await VerifyUnclosedAsync().ConfigureAwait(false);
        foreach (var problem in findings.Take()) yield return problem;

        async Task VerifyMissingAsync(int shard)
        {
            if (job.IsFinished)
            {
                if (++missing <= MaxMissing) findings.Add(JobPaths.ShardStats(job.Id, shard), "is missing from a finished job");
                return;
            }
            foreach (var path in new[] { JobPaths.ShardTar(job.Id, shard), JobPaths.ShardParquet(job.Id, shard) })
                if (await findings.ExistsAsync(path).ConfigureAwait(false)) findings.Add(path, "is there without the stats that commit it");
        }

        // A summary comes last of all: what comes before it must not be taken for a dataset.
        async Task VerifyUnclosedAsync()
        {
            var isClosing = committed == job.Plan.Shards;
            foreach (var path in new[] { JobPaths.Errors(job.Id), JobPaths.Card(job.Id), JobPaths.ContactSheet(job.Id) })
                isClosing |= await findings.ExistsAsync(path).ConfigureAwait(false);
            if (isClosing) findings.Add(JobPaths.Summary(job.Id), "is missing; run or submit the job again to make it");
        }
    }
}
