using System.Collections.Immutable;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Grains.Committing;
using Atelier.Grains.Events;

namespace Atelier.Grains.Jobs;

/// <summary>From a spec and rows to a plan: creating, appending, starting. What is refused leaves nothing behind.</summary>
internal sealed class JobStaging(JobContext context, JobRecovery recovery, JobDeciding deciding)
{
    /// <summary>Creates the job, or finds that it exists with the same settings.</summary>
    public IEnumerable<StoreOperation> Create(JobSpec spec, JobScheduling? scheduling, string? trace = null)
    {
        JobIndex.CheckName(context.Id);
        JobSpecRules.Check(spec);
        scheduling?.Check();
        if (context.Job is { IsDeleted: true }) throw context.BeingDeleted();
        if (context.Job is null)
        {
            var record = new JobRecord { Spec = spec, Incarnation = context.NewId(), Created = context.Time.GetUtcNow(), Trace = trace };
            var create = new StoreRequest<bool>(async (store, cancel) =>
            {
                await JobIndex.AddAsync(store, context.Id, cancel).ConfigureAwait(false);
                return await JobFiles.TryCreateRecordAsync(store, context.Id, record, cancel).ConfigureAwait(false);
            });
            yield return create;
            if (create.Answer) context.Events.Add(new Reason(JobCodes.Created, "created"));
            // Whoever was first with it.
            if (context.Job is null)
            {
                foreach (var operation in recovery.Read()) yield return operation;
            }
        }
        var job = context.Require();
        // What a started job has settled may be asked for by its number.
        var differences = JobSpecRules.Differences(job.Plan?.Settle(job.Record.Spec) ?? job.Record.Spec, spec);
        if (differences.Count > 0) throw new InvalidInputException($"job '{context.Id}' exists with other settings: {string.Join("; ", differences)}");
        // Also for a job whose creator was lost between the two files.
        if (scheduling is null || job.Ledger is not null || job.IsClosed) yield break;
        foreach (var operation in job.Decisions.Begin(new JobDecision { Scheduling = scheduling })) yield return operation;
    }

    /// <summary>Stages an input.</summary>
    public IEnumerable<StoreOperation> AddInput(string sha256, byte[] content)
    {
        context.Require();
        var add = StoreOperation.Of((store, cancel) => JobInputs.AddAsync(store, context.Id, sha256, content, cancel));
        yield return add;
        _ = add.Answer;
    }

    /// <summary>Stages a chunk of rows, or finds that it is there. A job that has its plan gets no more.</summary>
    public IEnumerable<StoreOperation> Append(int chunk, ImmutableArray<PromptRow> rows)
    {
        StagedChunks.Check(chunk, rows);
        var job = context.Require();
        var create = new StoreRequest<bool>((store, cancel) => JobFiles.TryCreatePromptsAsync(store, context.Id, chunk, rows, cancel));
        if (job.Plan is null) yield return create;
        if (job.Plan is null && create.Answer)
        {
            job.Chunks[chunk] = StagedChunk.Of(rows);
            yield break;
        }
        var read = new StoreRequest<IReadOnlyList<PromptRow>?>((store, cancel) => JobFiles.ReadPromptsAsync(store, context.Id, chunk, JobLimits.ChunkRows, cancel));
        yield return read;
        StagedChunks.Compare(context.Id, chunk, read.Answer ?? [], rows);
        job.Chunks[chunk] = StagedChunk.Of(rows);
    }

    /// <summary>Fixes the plan, or finds that it is fixed; goes on with a job that failed, and makes again what a job's store has lost.</summary>
    public IEnumerable<StoreOperation> Start(long rows)
    {
        var job = context.Require();
        if (rows < 1) throw new InvalidInputException($"job '{context.Id}' has no rows");
        if (job.Decisions.Last.Lifecycle == JobLifecycle.Cancelled) throw context.Cancelled();
        if (job.Plan is null)
        {
            foreach (var operation in FixPlan(job, rows)) yield return operation;
        }
        if (job.Plan!.Rows != rows) throw new InvalidInputException($"job '{context.Id}' exists with {job.Plan.Rows} rows, {rows} were given");
        foreach (var operation in Restore(job)) yield return operation;
        if (job.Status != JobStatus.Failed) yield break;
        foreach (var operation in deciding.RetryFailed(new DecidedBy("", null))) yield return operation;
    }

    private IEnumerable<StoreOperation> FixPlan(JobState job, long rows)
    {
        // Everything that can be refused is, before the plan is durable.
        var planned = JobPlan.Of(job.Record.Spec, rows);
        var chunks = new StoreRequest<IReadOnlyDictionary<int, StagedChunk>>((store, cancel) => StagedChunks.ReadAsync(store, context.Id, job.Chunks, cancel));
        yield return chunks;
        StagedChunks.RequireAll(context.Id, chunks.Answer, rows);
        planned = planned with { HasRowIds = chunks.Answer.Values.Any(chunk => chunk.HasIds), Started = context.Time.GetUtcNow() };
        var create = new StoreRequest<bool>((store, cancel) => JobFiles.TryCreatePlanAsync(store, context.Id, planned, cancel));
        yield return create;
        _ = create.Answer;
        var read = new StoreRequest<JobPlan?>((store, cancel) => JobFiles.ReadPlanAsync(store, context.Id, cancel));
        yield return read;
        // Another activation may have been first, and may have leased shards since.
        if (job.Plan is not null) yield break;
        foreach (var operation in recovery.ReadShards(job, read.Answer!)) yield return operation;
        context.Logger.JobStarted(context.Id, job.Plan!.Samples, job.Plan.Shards);
        context.Events.Add(EventsBefore.Started(job.Plan));
    }

    /// <summary>Begins to make again what the store has lost of a job that was started before; a job that lacks nothing is left as it is.</summary>
    private IEnumerable<StoreOperation> Restore(JobState job)
    {
        if (job.Decisions.Last.IsRestoring || (job.Ledger is { Committed: 0 } && !job.IsClosed)) yield break;
        var find = new StoreRequest<bool>(async (store, cancel) => job.IsClosed
            ? await LostFiles.AnyOfFinishedAsync(store, context.Id, job.Plan!, cancel).ConfigureAwait(false)
            : (await LostFiles.FindShardsAsync(store, context.Id, job.Plan!.Shards, cancel).ConfigureAwait(false)).Count > 0);
        yield return find;
        if (!find.Answer) yield break;
        // A pause that a finished job has outlived is over.
        foreach (var operation in job.Decisions.Decide(decision => decision with
        {
            IsRestoring = true,
            Lifecycle = job.IsClosed && decision.Lifecycle == JobLifecycle.Paused ? JobLifecycle.Running : decision.Lifecycle,
        })) yield return operation;
        context.Logger.JobRestored(context.Id);
        foreach (var operation in recovery.ReadShards(job, job.Plan!, isRestoring: true)) yield return operation;
        job.Reopen();
    }
}
