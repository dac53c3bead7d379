using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;
using Atelier.Grains.Events;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Tests.Jobs;

public sealed class DecisionsTests
{
    private readonly FaultyStore _store = new();

    [Fact]
    public async Task Decide_ToWhatHolds_WritesNothing()
    {
        var decisions = New();
        await RunAsync(decisions.Decide(state => state with { Lifecycle = JobLifecycle.Running }));
        Assert.Equal(-1, await JobDecisionFiles.FindLastAsync(_store, "job", Cancel));
        await RunAsync(decisions.Decide(state => state with { Lifecycle = JobLifecycle.Paused }));
        await RunAsync(decisions.Decide(state => state with { Lifecycle = JobLifecycle.Paused }));
        Assert.Equal(0, await JobDecisionFiles.FindLastAsync(_store, "job", Cancel));
    }

    [Fact]
    public async Task Decide_OfTwoActivationsAtOnce_KeepsBothDecisions()
    {
        var (first, second) = (New(), New());
        var secondDecides = true;
        // The second decides between the first's reading and its writing, and so takes its number.
        _store.Creating = async _ =>
        {
            if (!secondDecides) return;
            secondDecides = false;
            await RunAsync(second.Decide(state => state with { Scheduling = state.Scheduling with { Weight = 7 } }));
        };

        await RunAsync(first.Decide(state => state with { Lifecycle = JobLifecycle.Paused }));

        Assert.Equal((JobLifecycle.Paused, 7), (first.Last.Lifecycle, first.Last.Scheduling.Weight));
        Assert.Equal(1, await JobDecisionFiles.FindLastAsync(_store, "job", Cancel));
        Assert.Equal(JobLifecycle.Running, second.Last.Lifecycle);
        await RunAsync(second.Poll());
        Assert.Equal(first.Last, second.Last);
    }

    [Fact]
    public async Task Load_AfterManyChanges_ReadsTheLastOnly()
    {
        var decisions = New();
        for (var weight = 1; weight <= 300; weight++)
            await RunAsync(decisions.Decide(state => state with { Scheduling = state.Scheduling with { Weight = weight % 2 + 1 } }));
        var before = _store.Read.Count;
        var other = New();
        await RunAsync(other.Load());
        Assert.Equal(decisions.Last, other.Last);
        Assert.Equal(2, _store.Read.Count - before);
    }

    [Fact]
    public async Task Begin_WhenThereIsAState_KeepsIt()
    {
        await RunAsync(New().Begin(new JobDecision { Scheduling = new JobScheduling { Submitter = "ann" } }));
        var other = New();
        await RunAsync(other.Begin(new JobDecision { Scheduling = new JobScheduling { Submitter = "bob" } }));
        Assert.Equal("ann", other.Last.Scheduling.Submitter);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Decisions New() => new("job", TimeProvider.System, new JobEvents("e", TimeProvider.System));

    private Task RunAsync(IEnumerable<StoreOperation> flow) => Flows.RunAsync(flow, _store);
}
