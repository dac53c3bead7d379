using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Sweeps;

/// <summary>Finds the rows of a job that have one prompt. Those of a sweep are mostly near to each other, so it looks around the first and goes on as long as a page may take.</summary>
internal sealed class SweepRows(IStore store, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private const int MostRows = 1000;

    /// <summary>The rows with the prompt and the label of one of them.</summary>
    public async Task<FoundRows> FindAsync(string job, JobPlan plan, long row, CancellationToken cancellationToken)
    {
        var (begun, chunks) = (time.GetTimestamp(), (int)((plan.Rows + plan.ChunkRows - 1) / plan.ChunkRows));
        var first = (int)(row / plan.ChunkRows);
        var near = await ReadAsync(first);
        var (place, at) = (near[(int)(row % plan.ChunkRows)], (int)(row % plan.ChunkRows));
        var found = near.Where(IsSame).ToList();
        var searched = near.Count;
        for (var step = 1; step < chunks && found.Count < MostRows && time.GetElapsedTime(begun) < Patience; step++)
        {
            var chunk = await ReadAsync((first + step) % chunks);
            found.AddRange(chunk.Where(IsSame));
            searched += chunk.Count;
        }
        var before = near.Take(at).LastOrDefault(one => !IsSame(one));
        return new FoundRows(
            place,
            [.. found.Take(MostRows)],
            searched,
            before is null ? null : near.First(one => one.Prompt == before.Prompt && one.Label == before.Label).Index,
            near.Skip(at).FirstOrDefault(one => !IsSame(one))?.Index);

        bool IsSame(PromptRow one) => one.Prompt == place.Prompt && one.Label == place.Label;

        async Task<IReadOnlyList<PromptRow>> ReadAsync(int chunk) => await JobFiles.ReadPromptsAsync(store, job, chunk, plan.ChunkRows, cancellationToken)
            ?? throw new InvalidDataException($"{JobPaths.Prompts(job, chunk)} is missing");
    }
}

/// <summary>Rows that have one prompt.</summary>
/// <param name="Marked">The one that was asked for.</param>
/// <param name="Rows">All that were found.</param>
/// <param name="Searched">How many rows were looked at.</param>
/// <param name="Previous">A row with the prompt before, as far as it is near; null where there is none.</param>
/// <param name="Next">One with the prompt after.</param>
internal sealed record FoundRows(PromptRow Marked, IReadOnlyList<PromptRow> Rows, long Searched, long? Previous, long? Next);
