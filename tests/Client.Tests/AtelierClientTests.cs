using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Workers;
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
        Assert.Equal(2500, await Client.SubmitAsync("big", Spec, Rows(2500), cancellationToken: TestContext.Current.CancellationToken));

        var plan = await JobFiles.ReadPlanAsync(_store, "big", TestContext.Current.CancellationToken);
        Assert.Equal((2500L, 40), (plan!.Rows, plan.Shards));
        var last = await JobFiles.ReadPromptsAsync(_store, "big", 2, plan.ChunkRows, TestContext.Current.CancellationToken);
        Assert.Equal((500, 2499L, "prompt 2499"), (last!.Count, last[^1].Index, last[^1].Prompt));
    }

    [Fact]
    public async Task SubmitAsync_Twice_ChangesNothing()
    {
        await Client.SubmitAsync("twice", Spec, Rows(3), cancellationToken: TestContext.Current.CancellationToken);
        await Client.SubmitAsync("twice", Spec, Rows(3), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, (await Client.GetProgressAsync("twice", TestContext.Current.CancellationToken)).Samples);
    }

    [Fact]
    public async Task SubmitAsync_AfterACallThatBrokeOff_CompletesTheJob()
    {
        await Assert.ThrowsAsync<IOException>(() => Client.SubmitAsync("torn", Spec, Torn(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(JobStatus.Staging, (await Client.GetProgressAsync("torn", TestContext.Current.CancellationToken)).Status);
        await Client.SubmitAsync("torn", Spec, Rows(1500), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1500, (await Client.GetProgressAsync("torn", TestContext.Current.CancellationToken)).Samples);

        static async IAsyncEnumerable<PromptRow> Torn()
        {
            await foreach (var row in Rows(1200)) yield return row;
            throw new IOException("the file is gone");
        }
    }

    [Fact]
    public async Task SubmitAsync_RowsWithInputs_PutsThemIntoTheStoreBeforeTheRows()
    {
        var content = "a picture"u8.ToArray();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        var stored = new List<bool>();

        for (var i = 0; i < 2; i++) await Client.SubmitAsync("inputs", Spec, Submitted(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([false, true, true, true], stored);
        Assert.Equal(content, await _store.ReadAsync(JobPaths.Input("inputs", sha256), TestContext.Current.CancellationToken));
        var rows = await JobFiles.ReadPromptsAsync(_store, "inputs", 0, JobLimits.ChunkRows, TestContext.Current.CancellationToken);
        Assert.Equal([sha256, sha256, null], rows!.Select(row => row.InputSha256));

        async IAsyncEnumerable<SubmittedRow> Submitted()
        {
            stored.Add(await _store.ReadAsync(JobPaths.Input("inputs", sha256)) is not null);
            yield return new SubmittedRow(new PromptRow { Index = 0, Prompt = "a", InputSha256 = sha256 }, content);
            stored.Add(await _store.ReadAsync(JobPaths.Input("inputs", sha256)) is not null);
            yield return new SubmittedRow(new PromptRow { Index = 1, Prompt = "b", InputSha256 = sha256 });
            yield return new SubmittedRow(new PromptRow { Index = 2, Prompt = "c" });
        }
    }

    [Fact]
    public async Task SubmitAsync_NoRowsOrABadSpec_IsRefused()
    {
        await Assert.ThrowsAsync<InvalidInputException>(() => Client.SubmitAsync("empty", Spec, Rows(0), cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidInputException>(
            () => Client.SubmitAsync("bad", Spec with { Steps = 0 }, Rows(1), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(JobStatus.Unknown, (await Client.GetProgressAsync("bad", TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task WatchAsync_AJobThatDoesNotExist_SaysSoAndEnds()
    {
        var seen = new List<JobStatus>();
        await foreach (var progress in Client.WatchAsync("nowhere", TestContext.Current.CancellationToken)) seen.Add(progress.Status);
        Assert.Equal(JobStatus.Unknown, seen[^1]);
    }

    [Fact]
    public async Task ListAsync_GivesEveryJobInOrder_AsItIsNow_AndAPageOfThoseThatAreAskedFor()
    {
        foreach (var (job, submitter) in new[] { ("c", "ada"), ("a", "bob"), ("b", "ada") })
            await Client.SubmitAsync(job, Spec, Rows(3), new JobScheduling { Submitter = submitter }, TestContext.Current.CancellationToken);
        await Client.CancelAsync("b", cancellationToken: TestContext.Current.CancellationToken);

        var jobs = await Client.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([("a", JobStatus.Running, 3), ("b", JobStatus.Cancelled, 0), ("c", JobStatus.Running, 3)], jobs.Select(job => (job.JobId, job.Status, job.Shards)));

        JobPage page;
        // What a job says of itself is on its way for a moment.
        do page = await Client.ListAsync(new JobQuery { Count = 1, Submitter = "ada", IsFresh = true }, TestContext.Current.CancellationToken);
        while (!page.Counts.ContainsKey(JobStatus.Running));
        Assert.Equal(("b", 2, 1, 1), (Assert.Single(page.Jobs).JobId, page.Total, page.Counts[JobStatus.Cancelled], page.Counts[JobStatus.Running]));
        await Assert.ThrowsAsync<InvalidInputException>(() => Client.ListAsync(new JobQuery { Count = 0 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DescribeAsync_SaysWhatWasSubmitted_AndWhoDecidedLast()
    {
        await Client.SubmitAsync("told", Spec, Rows(3), new JobScheduling { Submitter = "ada" }, TestContext.Current.CancellationToken);
        await Client.PauseAsync("told", "a demo", TestContext.Current.CancellationToken);
        var told = await Client.DescribeAsync("told", TestContext.Current.CancellationToken);
        Assert.Equal((Spec, 3, "ada", "a demo"), (told.Spec, told.Plan!.Rows, told.Scheduling.Submitter, told.LastDecision!.Reason));
    }

    [Fact]
    public async Task OrderAsync_ReachesTheWorkersOfASiloWithItsNextReport()
    {
        var report = new SiloReport("hall", [new WorkerState { Worker = new WorkerInfo(Guid.NewGuid(), "w", "cpu") }]);
        var fleet = _cluster!.Client.GetGrain<IFleetGrain>(0);
        Assert.Empty((await fleet.Report(report)).Workers);
        foreach (var order in new[] { WorkerOrder.Cordoned, WorkerOrder.Draining, WorkerOrder.None })
        {
            await Client.OrderAsync("hall", order, TestContext.Current.CancellationToken);
            Assert.Equal(order, (await fleet.Report(report)).Of(report.Workers[0].Worker.Id));
            Assert.Equal(order, (await Client.GetFleetAsync(TestContext.Current.CancellationToken)).Silos.Single().Workers.Single().Order);
        }
        await Assert.ThrowsAsync<InvalidInputException>(() => Client.OrderAsync("nowhere", WorkerOrder.Draining, TestContext.Current.CancellationToken));
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
