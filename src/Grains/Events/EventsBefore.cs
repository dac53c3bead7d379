using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Stores;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Events;

/// <summary>What happened to a job before an activation of it began, as its store says: decisions and failures, the last few hundred of each.</summary>
internal static class EventsBefore
{
    private const int MostOfEach = 300;
    private const int Readers = 16;

    /// <summary>Reads them, in no order, with ids to be given.</summary>
    public static async Task<IReadOnlyList<JobEvent>> ReadAsync(IStore store, JobState job, CancellationToken cancellationToken)
    {
        var events = new List<JobEvent> { Of(job.Record.Created, new Reason(JobCodes.Created, "created")) };
        if (job.Plan is { Started: { } started } plan) events.Add(Of(started, Started(plan)));
        var last = await JobDecisionFiles.FindLastAsync(store, job.Id, cancellationToken).ConfigureAwait(false);
        var first = Math.Max(0, last - MostOfEach);
        JobDecision? before = first > 0 ? null : new JobDecision();
        foreach (var some in Enumerable.Range(first, last + 1 - first).Chunk(Readers))
        {
            foreach (var decision in await Task.WhenAll(some.Select(number => JobDecisionFiles.ReadAsync(store, job.Id, number, cancellationToken))).ConfigureAwait(false))
            {
                if (decision is null) continue;
                if (before is not null && DecisionChange.Between(before, decision) is { } change)
                    events.Add(Of(decision.Changed, change) with { By = decision.By });
                before = decision;
            }
        }
        var failures = (await AttemptFiles.ListAsync(store, job.Id, cancellationToken).ConfigureAwait(false)).Where(file => file.IsFailure).TakeLast(MostOfEach);
        foreach (var some in failures.Chunk(Readers))
        {
            var notes = await Task.WhenAll(some.Select(file => AttemptFiles.ReadAsync(store, job.Id, file, cancellationToken))).ConfigureAwait(false);
            foreach (var (file, note) in some.Zip(notes))
                if (note is not null)
                    events.Add(Of(note.At, new Reason(note.Code ?? JobCodes.WorkFailed, note.Reason ?? "")) with { Shard = file.Shard < 0 ? null : file.Shard, Worker = note.Worker });
        }
        return events;
    }

    /// <summary>That a job was started.</summary>
    public static Reason Started(JobPlan plan) => new(JobCodes.Started, $"started with {plan.Samples:N0} {(plan.Samples == 1 ? "sample" : "samples")} in {plan.Shards:N0} {(plan.Shards == 1 ? "shard" : "shards")}");

    private static JobEvent Of(DateTimeOffset at, Reason what) => new() { Id = "", At = at, Code = what.Code, Message = what.Text };
}
