using System.Net;
using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Workers;

namespace Atelier.Dashboard.Tests.Fleet;

public sealed class FleetApiTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    [Fact]
    public async Task Orders_ReachWorkersAndSilos_AndTheFleetSaysSo()
    {
        var (first, second) = (new WorkerState { Worker = new WorkerInfo(Guid.NewGuid(), "a/1", "cpu"), JobId = "some", Shard = 7, ImagesPerSecond = 1.5 }, new WorkerState { Worker = new WorkerInfo(Guid.NewGuid(), "a/2", "cpu") });
        var fleet = dashboard.Grains.GetGrain<IFleetGrain>(0);
        await fleet.Report(new SiloReport("127.0.0.1:11111@7", [first, second]));

        Assert.Equal(HttpStatusCode.NoContent, (await dashboard.SendAsync(HttpMethod.Post, $"/api/v1/fleet/workers/{first.Worker.Id}/drain")).Status);
        var seen = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/fleet")).Json;
        Assert.Equal((2, 1, 1, 1, 1.5), (Count("workers"), Count("busy"), Count("idle"), Count("ordered"), seen.GetProperty("counts").GetProperty("images_per_second").GetDouble()));
        Assert.Equal(
            [("a/1", "draining", "some"), ("a/2", "none", null)],
            seen.GetProperty("workers").EnumerateArray().Select(worker => (worker.GetProperty("name").GetString(), worker.GetProperty("order").GetString(), worker.GetProperty("job").GetString())));

        Assert.Equal(HttpStatusCode.NoContent, (await dashboard.SendAsync(HttpMethod.Post, $"/api/v1/fleet/silos/{Uri.EscapeDataString("127.0.0.1:11111@7")}/cordon", new { reason = "a new disk" })).Status);
        Assert.All((await fleet.List()).Silos.Single().Workers, worker => Assert.Equal(WorkerOrder.Cordoned, worker.Order));

        var unknown = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/fleet/silos/nowhere/uncordon");
        Assert.Equal((HttpStatusCode.NotFound, "silo.unknown"), (unknown.Status, unknown.Code));

        int Count(string name) => seen.GetProperty("counts").GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Me_IsTheUserOfThisMachine_WhereEverybodyOnItIsLetIn() =>
        Assert.Equal($"{Environment.UserName}@{Environment.MachineName}", (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/me")).Text("name"));
}
