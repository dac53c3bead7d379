using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobControlTests
{
    private readonly FaultyStore _store = new();

    [Fact]
    public async Task ChangeAsync_ToWhatHolds_WritesNothing()
    {
        var control = New();
        await control.ChangeAsync(state => state with { Lifecycle = JobLifecycle.Running });
        Assert.Equal(-1, await JobStateFiles.FindLastAsync(_store, "job", Cancel));
        await control.ChangeAsync(state => state with { Lifecycle = JobLifecycle.Paused });
        await control.ChangeAsync(state => state with { Lifecycle = JobLifecycle.Paused });
        Assert.Equal(0, await JobStateFiles.FindLastAsync(_store, "job", Cancel));
    }

    [Fact]
    public async Task ChangeAsync_OfTwoActivationsAtOnce_KeepsBothDecisions()
    {
        var (first, second) = (New(), New());
        var secondDecides = true;
        // The second decides between the first's reading and its writing, and so takes its number.
        _store.Creating = async _ =>
        {
            if (!secondDecides) return;
            secondDecides = false;
            await second.ChangeAsync(state => state with { Scheduling = state.Scheduling with { Weight = 7 } });
        };

        await first.ChangeAsync(state => state with { Lifecycle = JobLifecycle.Paused });

        Assert.Equal((JobLifecycle.Paused, 7), (first.State.Lifecycle, first.State.Scheduling.Weight));
        Assert.Equal(1, await JobStateFiles.FindLastAsync(_store, "job", Cancel));
        Assert.Equal(JobLifecycle.Running, second.State.Lifecycle);
        await second.PollAsync();
        Assert.Equal(first.State, second.State);
    }

    [Fact]
    public async Task LoadAsync_AfterManyChanges_ReadsTheLastOnly()
    {
        var control = New();
        for (var weight = 1; weight <= 300; weight++)
            await control.ChangeAsync(state => state with { Scheduling = state.Scheduling with { Weight = weight % 2 + 1 } });
        var before = _store.Read.Count;
        var other = New();
        await other.LoadAsync();
        Assert.Equal(control.State, other.State);
        Assert.Equal(2, _store.Read.Count - before);
    }

    [Fact]
    public async Task BeginAsync_WhenThereIsAState_KeepsIt()
    {
        await New().BeginAsync(new JobState { Scheduling = new JobScheduling { Submitter = "ann" } });
        var other = New();
        await other.BeginAsync(new JobState { Scheduling = new JobScheduling { Submitter = "bob" } });
        Assert.Equal("ann", other.State.Scheduling.Submitter);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobControl New() => new(_store, "job", TimeProvider.System);
}
