using System.Text;
using Atelier.Dataset.StoredModels;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.StoredModels;

public sealed class StoredModelTests : IDisposable
{
    private static readonly string Digest = new('d', 64);
    private static readonly string[] Files = ["model.json", "tokenizer/vocab.bpe"];

    private readonly TemporaryFolder _folder = new();
    private readonly MemoryStore _store = new();

    public StoredModelTests()
    {
        Directory.CreateDirectory(In("model/tokenizer"));
        File.WriteAllText(In("model/model.json"), "{}");
        File.WriteAllText(In("model/tokenizer/vocab.bpe"), "a b");
        File.WriteAllText(In("model/notes.txt"), "not of the model");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TryFetchAsync_AModelThatWasPut_HasItsFilesAndNoOthers()
    {
        await PutAsync();

        Assert.True(await FetchAsync());

        Assert.Equal(["model.json", "tokenizer/vocab.bpe"], FilesOf("fetched"));
        Assert.Equal("a b", File.ReadAllText(In("fetched/tokenizer/vocab.bpe")));
    }

    [Fact]
    public async Task TryFetchAsync_AModelThatIsNotThereOrOnlyInPart_SaysSo()
    {
        Assert.False(await FetchAsync());

        await PutAsync();
        await _store.DeleteAsync(StoredModel.ManifestPath(Digest), Cancel);

        Assert.False(await FetchAsync());
    }

    [Fact]
    public async Task PutAsync_AfterAnUploadThatWasInterrupted_CompletesIt()
    {
        await PutAsync();
        await _store.DeleteAsync(StoredModel.ManifestPath(Digest), Cancel);
        await _store.DeleteAsync($".models/{Digest}/files/tokenizer/vocab.bpe", Cancel);

        await PutAsync();

        Assert.True(await FetchAsync());
    }

    [Fact]
    public async Task PutAsync_AnotherFileInItsPlace_IsRefused()
    {
        await _store.TryCreateAsync($".models/{Digest}/files/model.json", "[]"u8.ToArray(), Cancel);

        var error = await Assert.ThrowsAsync<InvalidDataException>(PutAsync);

        Assert.Equal($"the store has another file as .models/{Digest}/files/model.json; delete it", error.Message);
        Assert.False(await FetchAsync());
    }

    [Fact]
    public async Task PutAsync_ANamedPipe_IsRefused()
    {
        File.Delete(In("model/model.json"));
        using (var process = System.Diagnostics.Process.Start("mkfifo", In("model/model.json"))) await process.WaitForExitAsync(Cancel);

        Assert.Equal(
            $"{In("model/model.json")} is a named pipe; allowed: a regular file", (await Assert.ThrowsAsync<InvalidDataException>(PutAsync)).Message);
    }

    [Theory]
    [InlineData("{\"")]
    [InlineData("{}{}")]
    [InlineData("")]
    public async Task TryFetchAsync_ADamagedFile_IsRefused(string content)
    {
        await PutAsync();
        await _store.DeleteAsync($".models/{Digest}/files/model.json", Cancel);
        await _store.TryCreateAsync($".models/{Digest}/files/model.json", Encoding.UTF8.GetBytes(content), Cancel);

        Assert.StartsWith(
            $".models/{Digest}/files/model.json is not the file of 2 bytes", (await Assert.ThrowsAsync<InvalidDataException>(FetchAsync)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/tmp/escaped")]
    [InlineData("tokenizer/../../escaped")]
    [InlineData("..\\\\escaped")]
    [InlineData("C:escaped")]
    [InlineData("a\\u0000b")]
    [InlineData("")]
    public async Task TryFetchAsync_AListThatNamesAFileOutside_IsRefusedBeforeAnythingIsWritten(string path)
    {
        var sha256 = new string('0', 64);
        var manifest = $$"""{ "files": [ { "path": "model.json", "length": 0, "sha256": "{{sha256}}" }, { "path": "{{path}}", "length": 0, "sha256": "{{sha256}}" } ] }""";
        await _store.TryCreateAsync(StoredModel.ManifestPath(Digest), Encoding.UTF8.GetBytes(manifest), Cancel);

        Assert.Contains("lists a file that no model has", (await Assert.ThrowsAsync<InvalidDataException>(FetchAsync)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("fetched")));
    }

    [Fact]
    public async Task PutAsync_ADigestOfAnotherForm_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => StoredModel.PutAsync(_store, "../jobs", In("model"), Files, Cancel));

    private string In(string path) => Path.Combine(_folder.Path, path);

    private IEnumerable<string> FilesOf(string folder) => Directory
        .EnumerateFiles(In(folder), "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(In(folder), file))
        .Order(StringComparer.Ordinal);

    private Task PutAsync() => StoredModel.PutAsync(_store, Digest, In("model"), Files, Cancel);

    private Task<bool> FetchAsync() => StoredModel.TryFetchAsync(_store, Digest, In("fetched"), Cancel);
}
