using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Pages;
using Atelier.Dataset.Prompts;

namespace Atelier.Dashboard.Submit;

/// <summary>What a job would be.</summary>
internal sealed record SubmitPlan(string List, PromptCounts Counts, JobPlan Plan, JobSpec Spec)
{
    // More small files than this make a folder slow to list.
    private const int ManyShards = 20_000;

    /// <summary>What should be thought about first.</summary>
    public IEnumerable<string> Warnings()
    {
        if (Counts.EmptyPrompts > 0) yield return $"{Say.Count(Counts.EmptyPrompts, "prompt")} of the list {(Counts.EmptyPrompts == 1 ? "is" : "are")} empty, which stands for the null caption.";
        if (Plan.Shards > ManyShards) yield return $"Shards of {Say.Count(Plan.ShardSize)} make {Say.Count(3L * Plan.Shards)} files; larger shards make fewer.";
        if (Spec.BatchSize.IsByDevice) yield return "The first worker measures which batch suits its device; until then no shard is drawn.";
    }
}
