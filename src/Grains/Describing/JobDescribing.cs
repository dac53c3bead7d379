using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Describing;

/// <summary>Says what was asked of a job. What only the store knows is read when it is asked for.</summary>
internal sealed class JobDescribing(JobContext context)
{
    private const string NumericsClass = "numerics_class";

    public IEnumerable<StoreOperation> Describe(Reply<JobDescription> reply)
    {
        var job = context.Require();
        var numerics = new StoreRequest<string?>((store, cancel) => ReadNumericsAsync(store, context.Id, cancel));
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
            Ended = hasEnded ? outcome.Answer?.Ended : null,
            LastDecision = decision.By is { } name ? new DecidedBy(name, decision.Reason) : null,
        };
    }

    private static async Task<string?> ReadNumericsAsync(IStore store, string job, CancellationToken cancellationToken)
    {
        var path = JobPaths.Numerics(job);
        if (await store.ReadAsync(path, cancellationToken) is not { } content) return null;
        try
        {
            using var json = JsonDocument.Parse(content);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(NumericsClass, out var value) && value.ValueKind == JsonValueKind.String)
                return value.GetString();
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new InvalidInputException($"{path} is damaged: it has no {NumericsClass}.");
    }
}
