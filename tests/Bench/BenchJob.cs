using System.Collections.Immutable;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;

namespace Atelier.Bench;

/// <summary>A job whose rows are staged a chunk at a time, so that memory does not grow with it.</summary>
internal static class BenchJob
{
    /// <summary>Digest of the model that no worker of a benchmark loads.</summary>
    public static readonly string ModelDigest = new('a', 64);

    /// <summary>Creates the job and appends its rows; it is not started.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="id">Name of the job.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="spec">The spec.</param>
    public static async Task<IJobGrain> StageAsync(IGrainFactory grains, string id, int rows, JobSpec spec)
    {
        var job = grains.GetGrain<IJobGrain>(id);
        await job.Create(spec);
        for (var first = 0; first < rows; first += JobLimits.ChunkRows)
            await job.Append(first / JobLimits.ChunkRows, Rows(first, Math.Min(JobLimits.ChunkRows, rows - first)));
        return job;
    }

    /// <summary>The row that a prompt of <see cref="StageAsync"/> is of.</summary>
    public static int RowOf(string prompt) => int.Parse(prompt.AsSpan(prompt.IndexOf(' ', StringComparison.Ordinal) + 1), provider: null);

    private static ImmutableArray<PromptRow> Rows(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(row => new PromptRow { Index = row, Prompt = $"row {row}" })];
}
