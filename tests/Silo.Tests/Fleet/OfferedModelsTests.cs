using Atelier.Diffusion.Models;
using Atelier.Silo.Fleet;
using Atelier.Silo.Hosting;

namespace Atelier.Silo.Tests.Fleet;

public sealed class OfferedModelsTests
{
    [Fact]
    public void Read_OffersWhatCanBeOpened_WithItsDigest_AndLeavesOutTheRest()
    {
        using var folder = new TemporaryFolder();
        var shapes = Repository.Shapes;
        var models = new OfferedModels(new WorkerOptions { Count = 0, Models = new Dictionary<string, string> { ["shapes"] = shapes, ["broken"] = folder.Path } });

        models.Read(TestContext.Current.CancellationToken);

        var offer = Assert.Single(models.Known);
        Assert.Equal(("shapes", ModelFolder.Open(shapes).Digest, File.ReadAllText(Path.Combine(shapes, "model.json"))), (offer.Name, offer.Digest, offer.Config));
    }
}
