using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.History;
using Atelier.Dataset.Removal;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Jobs;

/// <summary>What people decide about a job, and what follows from it.</summary>
internal sealed class JobDeciding(JobContext context)
{
    private bool _isFinishNoted;
    private bool _areLeftoversRemoved;
    private bool _isDeleting;

    public IEnumerable<StoreOperation> Pause(DecidedBy by) => Decide(by, decision => decision with { Lifecycle = JobLifecycle.Paused });

    public IEnumerable<StoreOperation> Resume(DecidedBy by) => Decide(by, decision => decision with { Lifecycle = JobLifecycle.Running });

    // The first to cancel is the one who did it.
    public IEnumerable<StoreOperation> Cancel(DecidedBy by) => Decide(by, decision => decision with { Lifecycle = JobLifecycle.Cancelled });

    public IEnumerable<StoreOperation> SetPriority(JobPriority priority, int weight, DecidedBy by)
    {
        new JobScheduling { Priority = priority, Weight = weight }.Check();
        return Decide(by, decision => decision with { Scheduling = decision.Scheduling with { Priority = priority, Weight = weight } });
    }

    // Only if nobody else has put the same failures back meanwhile.
    public IEnumerable<StoreOperation> RetryFailed(DecidedBy by) => Decide(by, decision =>
        context.Job is { } job && job.Attempts.SetAside.Any() && decision.Round == job.Attempts.Round ? decision with { Round = decision.Round + 1 } : decision);

    /// <summary>Says durably that the job is being deleted; its files go in the background.</summary>
    public IEnumerable<StoreOperation> Delete(bool isDamaged, DecidedBy by)
    {
        by.Check();
        // A job of that name may be created at any moment: its files are not to be touched. One that cannot be read can only be removed.
        if (context.Job is null && !isDamaged) yield break;
        if (context.Job is { IsDeleted: false } job)
        {
            if (job.Status == JobStatus.Running) throw new InvalidInputException($"job '{context.Id}' is at work; cancel it before it is deleted");
            if (job.Ledger is { Leased: > 0 and var held })
                throw new InvalidInputException($"job '{context.Id}' still has {held} {(held == 1 ? "lease" : "leases")} that workers have to give back; delete it in a few seconds");
        }
        var begin = StoreOperation.Of((store, cancel) => JobDeletion.BeginAsync(store, context.Id, cancel));
        yield return begin;
        _ = begin.Answer;
        if (context.Job is { } known)
        {
            foreach (var operation in known.Decisions.Poll()) yield return operation;
        }
        context.Background.Enqueue(RemoveFiles());
    }

    /// <summary>Removes the job's files, however many there are; where that fails, it is begun again now and then.</summary>
    public IEnumerable<StoreOperation> RemoveFiles()
    {
        if (_isDeleting) yield break;
        _isDeleting = true;
        try
        {
            var delete = StoreOperation.Of((store, cancel) => JobDeletion.DeleteAsync(store, context.Id, cancel));
            yield return delete;
            if (delete.Fault is not null)
            {
                context.Logger.NoStore(delete.Fault, context.Id);
                yield break;
            }
            (context.Job, _isFinishNoted, _areLeftoversRemoved) = (null, false, false);
            context.Logger.JobDeleted(context.Id);
        }
        finally
        {
            _isDeleting = false;
        }
    }

    /// <summary>Acts on what was decided here or by another activation.</summary>
    public IEnumerable<StoreOperation> Follow(JobState job)
    {
        job.FollowRound();
        if (job.Status != JobStatus.Cancelled) yield break;
        foreach (var operation in NoteFinish()) yield return operation;
        foreach (var operation in RemoveLeftovers(job)) yield return operation;
    }

    /// <summary>Notes in the index that nobody need look at the job again.</summary>
    public IEnumerable<StoreOperation> NoteFinish()
    {
        if (_isFinishNoted || context.Job is not { } job) yield break;
        var now = ProgressReport.Of(job, context.Time, storeTrouble: null);
        var outcome = new JobOutcome
        {
            Status = now.Status,
            Samples = now.Samples,
            Finished = now.Finished,
            Failed = now.Failed,
            Created = job.Record.Created,
            Finalizing = job.Closing,
            Ended = now.Status == JobStatus.Cancelled ? job.Decisions.Last.Changed : context.Time.GetUtcNow(),
            Submitter = now.Submitter,
            Priority = now.Priority,
            ModelDigest = now.ModelDigest,
        };
        KeepHistory(job, job.History.TakeAll());
        var finish = StoreOperation.Of((store, cancel) => JobIndex.FinishAsync(store, context.Id, outcome, cancel));
        yield return finish;
        // It only spares others a look at the job.
        if (finish.Fault is null) _isFinishNoted = true;
        else context.Logger.NoStore(finish.Fault, context.Id);
    }

    /// <summary>Keeps how fast the job was in the store, in the background. Nothing but a picture depends on it.</summary>
    public void KeepHistory(JobState job, IReadOnlyList<RatePoint>? points)
    {
        if (points is null || job.IsDeleted) return;
        context.Background.Enqueue(Keep());

        IEnumerable<StoreOperation> Keep()
        {
            var id = context.NewId();
            var write = StoreOperation.Of((store, cancel) => RateFiles.WriteAsync(store, context.Id, id, points, cancel));
            yield return write;
            if (write.Fault is not null) context.Logger.HistoryNotKept(write.Fault, context.Id);
        }
    }

    // What unfinished work has left of a cancelled job goes once nobody can be at work on it.
    private IEnumerable<StoreOperation> RemoveLeftovers(JobState job)
    {
        if (_areLeftoversRemoved || job is not { IsDeleted: false, Committing: 0, Ledger: { Leased: 0, IsCounting: false } }) yield break;
        _areLeftoversRemoved = true;
        var remove = StoreOperation.Of((store, cancel) => JobLeftovers.RemoveAsync(store, context.Id, job.Plan!.Shards, cancel));
        yield return remove;
        // They are in nobody's way; the next activation tries again.
        if (remove.Fault is not null) context.Logger.LeftoversLeft(remove.Fault, context.Id);
    }

    private IEnumerable<StoreOperation> Decide(DecidedBy by, Func<JobDecision, JobDecision> change)
    {
        by.Check();
        var job = context.Require();
        if (job.IsClosed) yield break;
        foreach (var operation in job.Decisions.Decide(Checked)) yield return operation;
        if (context.Logger.IsEnabled(LogLevel.Information)) context.Logger.JobChanged(context.Id, job.Status.ToString());
        job.LastAsked = context.Time.GetTimestamp();
        foreach (var operation in Follow(job)) yield return operation;

        JobDecision Checked(JobDecision last)
        {
            var next = change(last);
            if (next == last) return last;
            return last.Lifecycle switch
            {
                JobLifecycle.Cancelled => throw context.Cancelled(),
                JobLifecycle.Deleted => throw context.BeingDeleted(),
                _ => next with { By = by.Name.Length == 0 ? null : by.Name, Reason = by.Reason },
            };
        }
    }
}
