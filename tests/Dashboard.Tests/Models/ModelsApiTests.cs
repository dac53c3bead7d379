using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Workers;

namespace Atelier.Dashboard.Tests.Models;

public sealed class ModelsApiTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    [Fact]
    public async Task Models_OfTheWorkers_AreListed()
    {
        var digest = new string('b', 64);
        await dashboard.Grains.GetGrain<IFleetGrain>(0).Report(new SiloReport("other", [new WorkerState { Worker = new WorkerInfo(Guid.NewGuid(), "w", "cpu") { ModelDigest = digest }, Model = "birds" }]));
        var model = (await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/models/{digest}")).Json;
        Assert.Equal(("birds", 1, false), (model.GetProperty("name").GetString(), model.GetProperty("workers").GetInt32(), model.GetProperty("is_in_store").GetBoolean()));
    }
}
