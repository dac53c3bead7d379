using System.Net;
using System.Text.Json;
using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Workers;

namespace Atelier.Dashboard.Tests.Models;

public sealed class ModelsApiTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    [Fact]
    public async Task Models_OfTheSilosFolders_MayBeNamedBeforeAnybodyHasUsedThem()
    {
        var digest = new string('c', 64);
        await dashboard.Grains.GetGrain<IFleetGrain>(0).Report(new SiloReport("third", [])
        {
            Models = [new ModelOffer("fishes", digest, """{"kind":"glide","image_size":32,"diffusion":{"timesteps":1000}}""")],
        });
        var model = await ModelAsync(digest);
        Assert.Equal(("fishes", "glide", 32, 0), (model.GetProperty("name").GetString(), model.GetProperty("kind").GetString(), model.GetProperty("image_size").GetInt32(), model.GetProperty("workers").GetInt32()));
    }

    [Fact]
    public async Task Models_OfTheWorkers_AreListed()
    {
        var digest = new string('b', 64);
        await dashboard.Grains.GetGrain<IFleetGrain>(0).Report(new SiloReport("other", [new WorkerState { Worker = new WorkerInfo(Guid.NewGuid(), "w", "cpu") { ModelDigest = digest }, Model = "birds" }]));
        var model = await ModelAsync(digest);
        Assert.Equal(("birds", 1, false), (model.GetProperty("name").GetString(), model.GetProperty("workers").GetInt32(), model.GetProperty("is_in_store").GetBoolean()));
    }

    // The fleet is asked once a second for all readers.
    private async Task<JsonElement> ModelAsync(string digest)
    {
        while (true)
        {
            var answer = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/models/{digest}");
            if (answer.Status == HttpStatusCode.OK) return answer.Json;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
