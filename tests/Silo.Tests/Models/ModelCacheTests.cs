using Atelier.Dataset.StoredModels;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Models;
using Atelier.Silo.Models;

namespace Atelier.Silo.Tests.Models;

public sealed class ModelCacheTests : IDisposable
{
    private static readonly ModelFolder Shapes = ModelFolder.Open(Repository.Shapes);

    private readonly MemoryStore _store = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task GetAsync_TheSecondTime_NeedsNoStore()
    {
        await ModelUpload.PutAsync(_store, Shapes, Cancel);
        var first = await new ModelCache(_store, _folder.Path).GetAsync(Shapes.Digest, Cancel);
        var silent = new StoreWithFaults(_store) { FailsToRead = _ => true };

        var second = await new ModelCache(silent, _folder.Path).GetAsync(Shapes.Digest, Cancel);

        Assert.Equal(_folder[Shapes.Digest], first!.Path);
        Assert.Equal((first.Path, Shapes.Digest), (second!.Path, second.Digest));
    }

    [Fact]
    public async Task GetAsync_ByManyAtOnce_GivesAllOfThemOneWholeModel()
    {
        await ModelUpload.PutAsync(_store, Shapes, Cancel);

        var models = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new ModelCache(_store, _folder.Path).GetAsync(Shapes.Digest, Cancel), Cancel)));

        Assert.All(models, model => Assert.Equal((_folder[Shapes.Digest], Shapes.Digest), (model!.Path, model.Digest)));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task GetAsync_ADamagedCopy_IsReplaced()
    {
        await ModelUpload.PutAsync(_store, Shapes, Cancel);
        await new ModelCache(_store, _folder.Path).GetAsync(Shapes.Digest, Cancel);
        File.AppendAllText(Path.Combine(_folder[Shapes.Digest], NativeFolder.ConfigFileName), " ");

        var model = await new ModelCache(_store, _folder.Path).GetAsync(Shapes.Digest, Cancel);

        Assert.Equal(Shapes.Digest, model!.Digest);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task GetAsync_AModelUnderTheDigestOfAnother_IsRefusedAndLeavesNothing()
    {
        var digest = new string('0', 64);
        await StoredModel.PutAsync(_store, digest, Shapes.Path, Shapes.Files, Cancel);

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => new ModelCache(_store, _folder.Path).GetAsync(digest, Cancel));

        Assert.Equal($"the store's model {digest} has digest {Shapes.Digest}", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task GetAsync_AModelThatTheStoreDoesNotHave_IsNull() =>
        Assert.Null(await new ModelCache(_store, _folder.Path).GetAsync(Shapes.Digest, Cancel));
}
