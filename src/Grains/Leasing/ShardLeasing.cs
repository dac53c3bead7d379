using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Grains.Events;
using Atelier.Grains.Jobs;
using Atelier.Grains.Telemetry;

namespace Atelier.Grains.Leasing;

/// <summary>Gives leases, keeps them alive, and counts those that end badly.</summary>
internal sealed class ShardLeasing(JobContext context, JobRecovery recovery)
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(30);

    /// <summary>A lease for a worker, or null when there is nothing for it now. Never waits for the store.</summary>
    /// <param name="worker">Who asks.</param>
    /// <param name="silosChanged">Whether silos may have died since this was last asked.</param>
    public WorkLease? Lease(WorkerInfo worker, bool silosChanged)
    {
        if (context.Job is not { Status: JobStatus.Running, Ledger: { } ledger } job) return null;
        job.LastAsked = context.Time.GetTimestamp();
        if (context.Health.IsPausing || job.LastAsked < context.LeasesFrom || job.KeptOut.Has(worker.Id)) return null;
        EndLost(job, silosChanged);
        if (job.Status != JobStatus.Running || job.Next(worker.Id) is not (var kind, var shard)) return null;
        var lease = new WorkLease
        {
            Id = context.NewId(),
            JobId = context.Id,
            Incarnation = job.Record.Incarnation,
            Kind = kind,
            Shard = shard,
            Duration = LeaseDuration,
            Samples = kind == WorkKind.Draw ? job.Plan!.SamplesIn(shard) : 0,
            Worker = worker,
            Trace = job.Record.Trace,
        };
        ledger.Hold(lease);
        if (kind == WorkKind.Close) job.Closing ??= context.Time.GetUtcNow();
        JobTelemetry.Leased(kind);
        return lease;
    }

    /// <summary>Keeps a lease alive, and says whether its work is wanted still.</summary>
    public bool Heartbeat(WorkLease lease, WorkProgress progress)
    {
        if (context.Job is not { Status: JobStatus.Running, Ledger: { } ledger } job || lease.Incarnation != job.Record.Incarnation) return false;
        if (lease.Shard >= job.Plan!.Shards || job.IsDone(lease)) return false;
        if (!ledger.Holds(lease.Id) && lease.Worker is { } worker && (context.IsDead(worker) || job.KeptOut.Has(worker.Id))) return false;
        ledger.Renew(lease, progress);
        job.Paces.Note(lease, progress.SamplesPerSecond);
        return true;
    }

    /// <summary>Binds the job to the batch size that suits the first worker's device.</summary>
    public IEnumerable<StoreOperation> ResolveBatch(int batchSize, Reply<int> reply)
    {
        var job = context.Require();
        if (batchSize is < 1 or > JobLimits.MaxBatchSize) throw new InvalidInputException($"batch is '{batchSize}'; allowed: 1 to {JobLimits.MaxBatchSize}");
        foreach (var operation in recovery.EnsureStarted(job)) yield return operation;
        if (job.Plan is null) throw new InvalidInputException($"job '{context.Id}' is not started");
        if (job.Plan.BatchSize is null)
        {
            var create = new StoreRequest<bool>((store, cancel) => JobFiles.TryCreateBatchAsync(store, context.Id, batchSize, cancel));
            yield return create;
            _ = create.Answer;
            foreach (var operation in FollowBatch(job)) yield return operation;
            context.Logger.BatchResolved(context.Id, job.Plan.BatchSize!.Value);
            context.Events.Add(new Reason(JobCodes.BatchResolved, $"batches of {job.Plan.BatchSize.Value}"));
        }
        reply.Value = job.Plan.BatchSize!.Value;
    }

    /// <summary>Learns the batch size when it was resolved since the plan was read, here or by another activation.</summary>
    public IEnumerable<StoreOperation> FollowBatch(JobState job)
    {
        if (job.Plan is not { BatchSize: null }) yield break;
        var read = new StoreRequest<JobPlan?>((store, cancel) => JobFiles.ReadPlanAsync(store, context.Id, cancel));
        yield return read;
        if (read.Answer is { BatchSize: not null } resolved) job.Plan = resolved;
    }

    /// <summary>Binds the job to the arithmetic of its first worker, and keeps those out that compute otherwise.</summary>
    public IEnumerable<StoreOperation> Admit(WorkerInfo worker, string numericsClass, Reply<bool> reply)
    {
        var job = context.Require();
        var wanted = job.Record.Spec.Numerics;
        if (wanted == "same")
        {
            var bind = new StoreRequest<string>((store, cancel) => JobFiles.BindNumericsAsync(store, context.Id, numericsClass, cancel));
            if (job.NumericsClass is null) yield return bind;
            wanted = job.NumericsClass ??= bind.Answer;
        }
        reply.Value = wanted == "any" || wanted == numericsClass;
        if (!reply.Value) KeepOut(job, worker, new Reason(JobCodes.OtherNumerics, $"computes in numerics class {Short(numericsClass)}, the job is bound to {Short(wanted)}"));
    }

    /// <summary>Takes a lease back, and counts what went wrong, before others may have the work.</summary>
    public IEnumerable<StoreOperation> Return(WorkLease lease, string? fault)
    {
        if (context.Find(lease) is not { } job) yield break;
        foreach (var operation in recovery.EnsureStarted(job)) yield return operation;
        if (job.Ledger is null) yield break;
        if (fault is not null)
        {
            job.NoteFailure(lease, fault);
            foreach (var operation in Count(job, lease, new Reason(JobCodes.WorkFailed, fault), isLoss: false)) yield return operation;
        }
        job.Ledger.Release(lease.Id);
    }

    /// <summary>Takes a lease back from a worker that cannot do any of the job.</summary>
    public void Refuse(WorkLease lease, WorkerInfo worker, string reason)
    {
        if (context.Find(lease) is not { Ledger: { } ledger } job) return;
        KeepOut(job, worker, new Reason(JobCodes.WorkerUnfit, $"cannot work on the job: {reason}"));
        ledger.Release(lease.Id);
    }

    /// <summary>Ends the leases of workers that are lost, or whose device stands still. They are counted in the background, and their work is nobody's until then.</summary>
    /// <param name="job">The job.</param>
    /// <param name="looksAtAll">Whether to look at every lease, and not only at those that were not renewed in time.</param>
    public void EndLost(JobState job, bool looksAtAll)
    {
        var ledger = job.Ledger!;
        // Whoever counts the deaths of workers may have died with them: a shard that kills its process would be tried for ever where there is one silo.
        if (job.Begun.Count > 0 && context.Time.GetTimestamp() >= context.LeasesFrom)
        {
            foreach (var lease in job.TakeAbandoned())
            {
                ledger.Withhold(lease.Shard);
                context.Background.Enqueue(CountLoss(job, lease, Died));
            }
        }
        job.LookAfterLeases();
        foreach (var held in ledger.EndLost(looksAtAll ? IsLost : null))
        {
            JobTelemetry.Lost();
            var stands = ledger.StandsStill(held);
            if (stands && held.Lease.Worker is { } hung)
            {
                KeepOut(job, hung, new Reason(
                    JobCodes.DeviceStandsStill,
                    $"has a device that stands still: a step takes {held.StepSeconds:0.##} s, and for {context.Time.GetElapsedTime(held.Advanced).TotalSeconds:0} s it has made none"));
            }
            var isDead = held.Lease.Worker is { } worker && context.IsDead(worker);
            context.Background.Enqueue(CountLoss(job, held.Lease, name =>
                stands ? new Reason(JobCodes.DeviceStandsStill, $"the device of worker {name} stands still")
                : isDead ? Died(name) : new Reason(JobCodes.WorkerSilent, $"worker {name} stopped answering")));
        }

        static Reason Died(string? worker) => new(JobCodes.WorkerDied, $"the process of worker {worker} died");

        bool IsLost(HeldLease held) => (held.Lease.Worker is { } worker && context.IsDead(worker)) || ledger.StandsStill(held);
    }

    /// <summary>Counts the loss of a worker, if it had begun and finished no batch yet that is kept: then the work may be what it died of.</summary>
    private IEnumerable<StoreOperation> CountLoss(JobState job, WorkLease lease, Func<string?, Reason> reason)
    {
        var read = new StoreRequest<AttemptNote?>((store, cancel) => AttemptFiles.ReadAsync(store, context.Id, AttemptFiles.Begun(lease), cancel));
        yield return read;
        var name = lease.Worker?.Name ?? (read.Fault is null ? read.Answer?.Worker : null);
        var why = reason(name);
        if (read.Fault is not null) context.Logger.FailureNotCounted(read.Fault, context.Id, lease.Shard, why.Text);
        else if (read.Answer is null)
        {
            job.Trouble = why;
            Tell(lease, why, name);
        }
        else
        {
            foreach (var operation in Count(job, lease, why, isLoss: true)) yield return operation;
        }
        job.Ledger!.Counted(lease.Shard);
    }

    private IEnumerable<StoreOperation> Count(JobState job, WorkLease lease, Reason reason, bool isLoss)
    {
        job.Trouble = reason;
        Tell(lease, reason, lease.Worker?.Name);
        var (round, note) = (job.Attempts.Round, new AttemptNote { Worker = lease.Worker?.Name, Code = reason.Code, Reason = reason.Text, At = context.Time.GetUtcNow() });
        var write = new StoreRequest<AttemptFile>((store, cancel) => AttemptFiles.FailAsync(store, lease, isLoss, round, note, cancel));
        yield return write;
        if (write.Fault is not null)
        {
            // When the store cannot be written, it is the likelier culprit.
            context.Logger.FailureNotCounted(write.Fault, context.Id, lease.Shard, reason.Text);
            yield break;
        }
        job.Attempts.LastReason = reason.Text;
        var isSetAside = job.Attempts.Add(write.Answer);
        if (isSetAside) Tell(lease, new Reason(JobCodes.WorkSetAside, $"{Name(lease)} failed too often and is not tried any more: {reason.Text}"), worker: null);
        if (isSetAside && lease.Shard >= 0) job.Ledger!.PutAside(lease.Kind, lease.Shard);
        context.Logger.WorkFailed(context.Id, lease.Kind, lease.Shard, isSetAside, reason.Text);
        if (!isLoss) yield break;
        // A worker that lives on does so itself. What stays is removed with the job's leftovers.
        yield return StoreOperation.Of((store, cancel) => AttemptFiles.EndAsync(store, lease, cancel));
    }

    private void KeepOut(JobState job, WorkerInfo worker, Reason reason)
    {
        job.KeepOut(worker, reason);
        context.Logger.WorkerExcluded(context.Id, worker.Name, reason.Text);
    }

    private void Tell(WorkLease lease, Reason what, string? worker) => context.Events.Add(what, shard: lease.Shard < 0 ? null : lease.Shard, worker: worker);

    private static string Name(WorkLease lease) => lease.Kind switch
    {
        WorkKind.Close => "closing the job",
        WorkKind.Index => "the index of row ids",
        _ => $"shard {lease.Shard}",
    };

    private static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;
}
