using Atelier.Abstractions.Workers;
using Atelier.Grains.Dispatch;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Dispatch;

public sealed class DispatcherTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly SimulatedJobs _jobs = new();
    private readonly Dispatcher _dispatcher;

    public DispatcherTests() => _dispatcher = new Dispatcher(Wait, _time, _jobs);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Register_CompletesTheCallsThatWait_TheOldestFirst_AndAsksNoMoreThanThereIsWork()
    {
        var waiting = new[] { "a", "b", "c" }.Select(name => _dispatcher.AcquireAsync(SimulatedJobs.Worker(name), Cancel)).ToList();
        Assert.Empty(_jobs.Asked);

        _dispatcher.Register(SimulatedJobs.Demand("job", open: 2));

        Assert.Equal(["a", "b"], _jobs.Asked.Select(asked => asked.Worker.Name));
        var first = _jobs.Give();
        var second = _jobs.Give();
        Assert.Equal((first, second), (await waiting[0], await waiting[1]));
        Assert.False(waiting[2].IsCompleted);
        _time.Advance(Wait);
        _dispatcher.Serve();
        // Of a job without open work a slow shard may be had.
        _jobs.Refuse();
        Assert.Null(await waiting[2]);
        Assert.Equal(0, _dispatcher.Waiting);
    }

    [Fact]
    public async Task Acquire_Cancelled_NeverLeases()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var (before, during) = (_dispatcher.AcquireAsync(SimulatedJobs.Worker("a"), stop.Token), _dispatcher.AcquireAsync(SimulatedJobs.Worker("b"), Cancel));
        _dispatcher.Register(SimulatedJobs.Demand("job", open: 1));
        var asked = Assert.Single(_jobs.Asked);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => before);

        var lease = _jobs.Give();

        Assert.Equal((asked.Worker, "a"), (lease.Worker, asked.Worker.Name));
        Assert.Equal([lease], _jobs.GivenBack);
        // The job says that it has the work again.
        _dispatcher.Register(SimulatedJobs.Demand("job", open: 1));
        Assert.Equal(_jobs.Give(), await during);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _dispatcher.AcquireAsync(SimulatedJobs.Worker("c"), stop.Token));
        Assert.Empty(_jobs.Asked);
    }

    [Fact]
    public async Task AWorkerWhoseSiloDied_GetsNothing()
    {
        var dead = _dispatcher.AcquireAsync(SimulatedJobs.Worker("a"), Cancel);
        var dying = _dispatcher.AcquireAsync(SimulatedJobs.Worker("b"), Cancel);
        _jobs.Dead.Add("a");
        _dispatcher.Register(SimulatedJobs.Demand("job", open: 1));
        Assert.Null(await dead);
        _jobs.Dead.Add("b");
        var lease = _jobs.Give();
        Assert.Equal([lease], _jobs.GivenBack);
        Assert.False(dying.IsCompletedSuccessfully && await dying is not null);
    }

    [Fact]
    public async Task ARefusal_HoldsForAllWorkersOfItsKind_UntilTheJobAnnouncesItselfOrSomeTimePasses()
    {
        _dispatcher.Register(SimulatedJobs.Demand("job", open: 9));
        var (worker, same, other) = (SimulatedJobs.Worker("a"), SimulatedJobs.Worker("a"), SimulatedJobs.Worker("a", "cuda:0"));
        var first = _dispatcher.AcquireAsync(worker, Cancel);
        _jobs.Refuse();
        _ = _dispatcher.AcquireAsync(same, Cancel);
        Assert.Empty(_jobs.Asked);
        _ = _dispatcher.AcquireAsync(other, Cancel);
        Assert.Equal(other, Assert.Single(_jobs.Asked).Worker);
        _jobs.Refuse();

        _dispatcher.Register(SimulatedJobs.Demand("job", open: 9));
        Assert.Equal([worker, same, other], _jobs.Asked.Select(asked => asked.Worker));
        for (var i = 0; i < 3; i++) _jobs.Refuse();
        _dispatcher.Serve();
        Assert.Empty(_jobs.Asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        _dispatcher.Serve();
        Assert.Equal(3, _jobs.Asked.Count);
        Assert.Equal(_jobs.Give(), await first);
    }

    [Fact]
    public async Task WhateverAJobThrows_TheNextJobIsAsked()
    {
        _dispatcher.Register(SimulatedJobs.Demand("a", open: 2));
        _dispatcher.Register(SimulatedJobs.Demand("b", open: 2));
        var lease = _dispatcher.AcquireAsync(SimulatedJobs.Worker("w"), Cancel);
        Assert.Equal("a", Assert.Single(_jobs.Asked).Job);
        _jobs.Fail(new InvalidCastException("the job is wrong in itself"));
        Assert.Equal(["a"], _jobs.Lost);
        Assert.Equal("b", Assert.Single(_jobs.Asked).Job);
        Assert.Equal(_jobs.Give(), await lease);
    }

    [Fact]
    public async Task AJobThatDoesNotAnswer_IsPassedOver_AndWhatItGivesLateGoesBack()
    {
        _dispatcher.Register(SimulatedJobs.Demand("a", open: 2));
        _dispatcher.Register(SimulatedJobs.Demand("b", open: 2));
        var waiting = _dispatcher.AcquireAsync(SimulatedJobs.Worker("w"), Cancel);
        _time.Advance(Dispatcher.Patience);
        while (_jobs.Asked.Count < 2) await Task.Yield();
        Assert.Equal(["a", "b"], _jobs.Asked.Select(asked => asked.Job));
        Assert.Equal(_jobs.Give(place: 1), await waiting);
        var late = _jobs.Give();
        Assert.Equal([late], _jobs.GivenBack);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task WhateverHappensInWhateverOrder_EveryLeaseGoesToOneLiveCallerOrBack(int seed)
    {
        var random = new Random(seed);
        var (given, calls) = (new List<WorkLease>(), new List<(Task<WorkLease?> Lease, CancellationTokenSource Stop)>());
        for (var step = 0; step < 5000; step++)
        {
            switch (random.Next(8))
            {
                case 0:
                    _dispatcher.Register(SimulatedJobs.Demand($"job {random.Next(5)}", random.Next(4)));
                    break;
                case 1:
                    _dispatcher.Unregister($"job {random.Next(5)}");
                    break;
                case 2 or 3:
                    var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                    calls.Add((_dispatcher.AcquireAsync(SimulatedJobs.Worker($"w{random.Next(20)}"), stop.Token), stop));
                    break;
                case 4 when calls.Count > 0:
                    await calls[random.Next(calls.Count)].Stop.CancelAsync();
                    break;
                case 5 when _jobs.Asked.Count > 0:
                    given.Add(_jobs.Give(random.Next(_jobs.Asked.Count)));
                    break;
                case 6 when _jobs.Asked.Count > 0:
                    _jobs.Refuse(random.Next(_jobs.Asked.Count));
                    break;
                default:
                    _time.Advance(TimeSpan.FromMilliseconds(random.Next(100)));
                    _dispatcher.Serve();
                    break;
            }
        }
        while (_jobs.Asked.Count > 0) _jobs.Refuse();
        _time.Advance(Wait);
        while (_jobs.Asked.Count > 0) _jobs.Refuse();
        _dispatcher.Serve();
        while (_jobs.Asked.Count > 0) _jobs.Refuse();

        var got = new List<WorkLease>();
        foreach (var (lease, stop) in calls)
        {
            await Task.WhenAny(lease);
            if (lease.IsCompletedSuccessfully && await lease is { } leased) got.Add(leased);
            stop.Dispose();
        }
        Assert.NotEmpty(got);
        Assert.NotEmpty(_jobs.GivenBack);
        Assert.Equal(given.Select(lease => lease.Id).Order(), got.Concat(_jobs.GivenBack).Select(lease => lease.Id).Order());
    }
}
