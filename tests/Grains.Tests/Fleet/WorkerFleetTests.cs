using Atelier.Abstractions;
using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Fleet;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Fleet;

public sealed class WorkerFleetTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkerFleet _fleet;
    private readonly SiloReport _east = Report("east", "e0", "e1"), _west = Report("west", "w0");

    public WorkerFleetTests() => _fleet = new WorkerFleet(_time);

    [Fact]
    public void List_HasWhatTheSilosLastReported_AndForgetsThemAfterTenSeconds()
    {
        _fleet.Report(_west);
        _time.Advance(TimeSpan.FromSeconds(4));
        _fleet.Report(_east with { Workers = [_east.Workers[0] with { JobId = "job", Shard = 3, ImagesPerSecond = 1.5 }] });

        var state = _fleet.List();
        Assert.Equal((_time.GetUtcNow(), 2), (state.AsOf, state.Silos.Length));
        Assert.Equal([("east", 0, 1), ("west", 4, 1)], state.Silos.Select(silo => (silo.Silo, silo.Age.TotalSeconds, silo.Workers.Length)));
        Assert.Equal(("job", 3, 1.5), (state.Silos[0].Workers[0].JobId, state.Silos[0].Workers[0].Shard, state.Silos[0].Workers[0].ImagesPerSecond));

        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("east", Assert.Single(_fleet.List().Silos).Silo);
    }

    [Fact]
    public void Orders_ComeWithTheNextReport_ForAWorkerByNameOrIdAndForAWholeSilo()
    {
        foreach (var silo in new[] { _east, _west }) Assert.Empty(_fleet.Report(silo).Workers);
        _fleet.Tell("e1", WorkerOrder.Cordoned);
        Assert.Equal([(_east.Workers[1].Worker.Id, WorkerOrder.Cordoned)], Orders(_east));
        Assert.Empty(Orders(_west));
        _fleet.Tell("east", WorkerOrder.Draining);
        Assert.Equal([WorkerOrder.Draining, WorkerOrder.Draining], Orders(_east).Select(order => order.Order));
        Assert.Equal(WorkerOrder.Draining, _fleet.List().Silos[0].Workers[0].Order);
        _fleet.Tell(_east.Workers[0].Worker.Id.ToString(), WorkerOrder.None);
        Assert.Equal([_east.Workers[1].Worker.Id], Orders(_east).Select(order => order.Worker));

        var unknown = Assert.Throws<InvalidInputException>(() => _fleet.Tell("north", WorkerOrder.Draining));
        Assert.Equal("'north' is no worker and no silo with workers; known: e0, e1, w0", unknown.Message);
    }

    [Fact]
    public void AFleetThatHasLostItsMemory_LearnsTheOrdersFromTheWorkers()
    {
        _fleet.Report(_east with { Workers = [_east.Workers[0], _east.Workers[1] with { Order = WorkerOrder.Draining }] });
        Assert.Equal([(_east.Workers[1].Worker.Id, WorkerOrder.Draining)], Orders(_east));
        // What was decided since holds, though the worker has not heard of it.
        _fleet.Tell("e1", WorkerOrder.None);
        Assert.Empty(_fleet.Report(_east with { Workers = [_east.Workers[1] with { Order = WorkerOrder.Draining }] }).Workers);
    }

    private List<(Guid Worker, WorkerOrder Order)> Orders(SiloReport silo) => [.. _fleet.Report(silo).Workers.Select(order => (order.Key, order.Value))];

    private static SiloReport Report(string silo, params string[] workers) =>
        new(silo, [.. workers.Select(name => new WorkerState { Worker = new WorkerInfo(Guid.NewGuid(), name, "cpu") { Silo = silo } })]);
}
