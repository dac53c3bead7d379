using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dashboard.Sweeps;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests.Sweeps;

public sealed class SweepRowsTests
{
    private static readonly JobPlan Plan = new() { Rows = 7, ImagesPerPrompt = 1, ShardSize = 4, BatchSize = 2, ChunkRows = 3 };

    [Fact]
    public async Task Find_TakesTheSamePromptAndLabel_FromAllChunks_AndTheNeighbours()
    {
        var (store, cancel) = (new MemoryStore(), TestContext.Current.CancellationToken);
        string[] prompts = ["a", "b", "a", "c", "a", "a", "b"];
        for (var chunk = 0; chunk * 3 < prompts.Length; chunk++)
            await JobFiles.TryCreatePromptsAsync(store, "job", chunk, [.. prompts.Index().Skip(3 * chunk).Take(3).Select(one => new PromptRow { Index = one.Index, Prompt = one.Item, Label = one.Index == 5 ? "cat" : null })], cancel);

        var found = await new SweepRows(store, TimeProvider.System).FindAsync("job", Plan, 4, cancel);

        Assert.Equal((4L, 7L), (found.Marked.Index, found.Searched));
        Assert.Equal([0L, 2L, 4L], found.Rows.Select(row => row.Index).Order());
        Assert.Equal((3L, 5L), (found.Previous, found.Next));
    }
}
