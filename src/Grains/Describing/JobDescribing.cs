using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Describing;

/// <summary>Says what was asked of a job. What only the store knows is read when it is asked for.</summary>
internal sealed class JobDescribing(JobContext context)
{
    public IEnumerable<StoreOperation> Describe(Reply<JobDescription> reply)
    {
        var job = context.Require();
        var numerics = new StoreRequest<string?>((store, cancel) => JobFiles.ReadNumericsAsync(store, context.Id, cancel));
        if (job.NumericsClass is null) yield return numerics;
        var outcome = new StoreRequest<JobOutcome?>((store, cancel) => JobIndex.ReadOutcomeAsync(store, context.Id, cancel));
        var hasEnded = job.Status is JobStatus.Completed or JobStatus.Cancelled;
        if (hasEnded) yield return outcome;
        var decision = job.Decisions.Last;
        reply.Value = new JobDescription
        {
            JobId = job.Id,
            Incarnation = job.Record.Incarnation,
            Spec = job.Record.Spec,
            Scheduling = decision.Scheduling,
            Plan = job.Plan,
            NumericsClass = job.NumericsClass ?? numerics.Answer,
            Created = job.Record.Created,
            Started = job.Plan?.Started,
            Changed = job.Decisions.Next == 0 ? null : decision.Changed,
            Finalizing = job.Closing ?? (hasEnded ? outcome.Answer?.Finalizing : null),
            Ended = hasEnded ? outcome.Answer?.Ended : null,
            LastDecision = decision.By is { } name ? new DecidedBy(name, decision.Reason) : null,
        };
    }
}
