using Atelier.Abstractions;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Models;
using Atelier.Silo.Hosting;
using Atelier.Silo.Models;

namespace Atelier.Silo.Tests.Models;

public sealed class ModelLibraryTests
{
    private static readonly string Shapes = Repository.Shapes;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadAsync_OfAModelThatWasGivenBack_FindsItInMemory()
    {
        using var library = new ModelLibrary(new WorkerOptions { Count = 0, Models = new Dictionary<string, string> { ["shapes"] = Shapes } }, store: null);
        var digest = ModelFolder.Open(Shapes).Digest;
        (await library.LoadAsync("shapes", digest, "cpu", Cancel)).Dispose();

        // Nobody looks for its folder any more.
        using var again = await library.LoadAsync("elsewhere", digest, "cpu", Cancel);
        Assert.EndsWith("fp32", again.Device, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_AnUnknownModel_NamesTheKnownOnes()
    {
        using var library = new ModelLibrary(new WorkerOptions { Count = 0, Models = new Dictionary<string, string> { ["shapes"] = Shapes } }, store: null);
        var unknown = await Assert.ThrowsAsync<InvalidInputException>(() => library.LoadAsync("glide", "", "cpu", Cancel));
        Assert.Equal("no model 'glide' here; known: shapes", unknown.Message);
    }

    [Fact]
    public async Task LoadAsync_WithAnotherDigest_IsRefused()
    {
        using var library = new ModelLibrary(new WorkerOptions { Count = 0, Models = new Dictionary<string, string> { ["shapes"] = Shapes } }, store: null);
        var message = (await Assert.ThrowsAsync<InvalidInputException>(() => library.LoadAsync("shapes", new string('0', 64), "cpu", Cancel))).Message;
        Assert.EndsWith($"the job was made for {new string('0', 64)}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_AfterAFailure_LooksAgain()
    {
        var folders = new Dictionary<string, string>();
        using var library = new ModelLibrary(new WorkerOptions { Count = 0, Models = folders }, store: null);
        var digest = ModelFolder.Open(Shapes).Digest;
        await Assert.ThrowsAsync<InvalidInputException>(() => library.LoadAsync("shapes", digest, "cpu", Cancel));

        folders.Add("shapes", Shapes);

        Assert.NotNull(await library.LoadAsync("shapes", digest, "cpu", Cancel));
    }

    [Fact]
    public async Task LoadAsync_AModelThatOnlyTheStoreHas_IsFetchedAndDrawsInTheSameNumericsClass()
    {
        using var cache = new TemporaryFolder();
        var (store, model) = (new MemoryStore(), ModelFolder.Open(Shapes));
        await ModelUpload.PutAsync(store, model, Cancel);
        var options = new WorkerOptions { Count = 1, Models = new Dictionary<string, string>(), ModelCache = cache["models"] };
        using var library = new ModelLibrary(options, store);
        using var local = new ModelLibrary(new WorkerOptions { Count = 0, Models = new Dictionary<string, string> { ["shapes"] = Shapes } }, store: null);

        var fetched = await library.LoadAsync("shapes", model.Digest, "cpu", Cancel);

        Assert.Equal((await local.LoadAsync("shapes", model.Digest, "cpu", Cancel)).NumericsClass(1), fetched.NumericsClass(1));
        Assert.Equal([cache[$"models/{model.Digest}"]], Directory.GetDirectories(cache["models"]));
    }

    [Fact]
    public async Task LoadAsync_AModelThatNeitherHas_NamesBoth()
    {
        using var cache = new TemporaryFolder();
        using var library = new ModelLibrary(new WorkerOptions { Count = 1, Models = new Dictionary<string, string>(), ModelCache = cache.Path }, new MemoryStore());
        var digest = new string('0', 64);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => library.LoadAsync("glide", digest, "cpu", Cancel));

        Assert.Equal($"no model 'glide' here; known: ; the store has none of digest {digest} either", error.Message);
    }

    [Fact]
    public void Dispose_OfALoadedModel_FreesItsWeights()
    {
        var folder = ModelFolder.Open(Shapes);
        var networks = folder.Load();
        var weights = ((TorchSharp.torch.nn.Module)networks.Stages[0].Network).parameters().ToList();

        new LoadedModel(networks, "cpu fp32", "").Dispose();

        Assert.All(weights, weight => Assert.True(weight.IsInvalid));
    }

    [Fact]
    public void NumericsClass_OtherPrecisionOrDeviceKind_IsAnotherWhateverTheProbeSays()
    {
        var folder = ModelFolder.Open(Shapes);
        using var networks = folder.Load();
        string Class(string arithmetic) => new LoadedModel(networks, arithmetic, "").NumericsClass(1);

        Assert.Equal(3, new[] { Class("cpu fp32"), Class("cpu bf16"), Class("cuda fp32") }.Distinct().Count());
        Assert.Equal(Class("cpu fp32"), Class("cpu fp32"));
    }
}
