using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Atelier.Client.Tests;

public sealed class AtelierClientTests : IAsyncLifetime
{
    private static readonly JobSpec Spec = new() { Model = "shapes", ModelDigest = new string('a', 64) };
    private readonly MemoryStore _store = new();
    private InProcessTestCluster? _cluster;

    private AtelierClient Client => new(_cluster!.Client);

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services.AddSingleton<IStore>(_store).AddSingleton(TimeProvider.System));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster!.DisposeAsync();

    [Fact]
    public async Task SubmitAsync_MoreRowsThanOneChunk_StagesThemAllInOrder()
    {
        Assert.Equal(2500, await Client.SubmitAsync("big", Spec, Rows(2500), TestContext.Current.CancellationToken));

        var plan = await JobFiles.ReadPlanAsync(_store, "big", TestContext.Current.CancellationToken);
        Assert.Equal((2500L, 40), (plan!.Rows, plan.Shards));
        var last = await JobFiles.ReadPromptsAsync(_store, "big", 2, plan.ChunkRows, TestContext.Current.CancellationToken);
        Assert.Equal((500, 2499L, "prompt 2499"), (last!.Count, last[^1].Index, last[^1].Prompt));
    }

    [Fact]
    public async Task SubmitAsync_Twice_ChangesNothing()
    {
        await Client.SubmitAsync("twice", Spec, Rows(3), TestContext.Current.CancellationToken);
        await Client.SubmitAsync("twice", Spec, Rows(3), TestContext.Current.CancellationToken);
        Assert.Equal(3, (await Client.GetProgressAsync("twice")).Samples);
    }

    [Fact]
    public async Task SubmitAsync_AfterACallThatBrokeOff_CompletesTheJob()
    {
        await Assert.ThrowsAsync<IOException>(() => Client.SubmitAsync("torn", Spec, Torn(), TestContext.Current.CancellationToken));
        Assert.Equal(JobStatus.Staging, (await Client.GetProgressAsync("torn")).Status);
        await Client.SubmitAsync("torn", Spec, Rows(1500), TestContext.Current.CancellationToken);
        Assert.Equal(1500, (await Client.GetProgressAsync("torn")).Samples);

        static async IAsyncEnumerable<PromptRow> Torn()
        {
            await foreach (var row in Rows(1200)) yield return row;
            throw new IOException("the file is gone");
        }
    }

    [Fact]
    public async Task SubmitAsync_NoRowsOrABadSpec_IsRefused()
    {
        await Assert.ThrowsAsync<InvalidInputException>(() => Client.SubmitAsync("empty", Spec, Rows(0), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidInputException>(
            () => Client.SubmitAsync("bad", Spec with { Steps = 0 }, Rows(1), TestContext.Current.CancellationToken));
        Assert.Equal(JobStatus.Unknown, (await Client.GetProgressAsync("bad")).Status);
    }

    [Fact]
    public async Task WatchAsync_AJobThatDoesNotExist_SaysSoAndEnds()
    {
        var seen = new List<JobStatus>();
        await foreach (var progress in Client.WatchAsync("nowhere", TestContext.Current.CancellationToken)) seen.Add(progress.Status);
        Assert.Equal(JobStatus.Unknown, seen[^1]);
    }

    private static async IAsyncEnumerable<PromptRow> Rows(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return new PromptRow { Index = i, Prompt = $"prompt {i}" };
            if (i % 100 == 0) await Task.Yield();
        }
    }
}
