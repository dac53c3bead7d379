using System.Collections.Concurrent;
using System.Net;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Stores.Blobs;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>What the store sends, and what it makes of replies that are lost, late or bad.</summary>
public sealed class AzureBlobProtocolTests(Azurite azurite) : IAsyncLifetime
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 10_000).Select(place => (byte)(place % 251))];
    private static readonly BlobLimits Small = new() { BlockBytes = 3_000, CopyBytes = 4_000, PageNames = 10 };

    private BlobContainerClient _container = null!;
    private AzureBlobStore _plain = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _container = await azurite.NewContainerAsync();
        _plain = await StoreAsync(new Interference());
    }

    public async ValueTask DisposeAsync() => await _container.DeleteAsync();

    [Fact]
    public async Task TryCreateAsync_ReplyLost_KnowsItsOwnBlob()
    {
        var store = await StoreAsync(Interference.LosingTheReplyOfACommit());

        Assert.True(await store.TryCreateAsync("job/a", "mine"u8.ToArray(), Cancel));
        Assert.Equal("mine"u8.ToArray(), await store.ReadAsync("job/a", Cancel));
        Assert.False(await store.TryCreateAsync("job/a", "mine"u8.ToArray(), Cancel));
    }

    [Fact]
    public async Task TryCreateAsync_ReplyLostByOneThatCameSecond_IsNotItsBlob()
    {
        await _plain.TryCreateAsync("job/a", "theirs"u8.ToArray(), Cancel);
        var store = await StoreAsync(Interference.LosingTheReplyOfACommit());

        Assert.False(await store.TryCreateAsync("job/a", "theirs"u8.ToArray(), Cancel));
    }

    [Fact]
    public async Task ReadRangeAsync_SomeBytes_IsOneRequestForThoseAlone()
    {
        await _plain.TryCreateAsync("job/a", Content, Cancel);
        var requests = new ConcurrentQueue<string>();
        var store = await StoreAsync(new Interference((request, send) =>
        {
            var range = request.Headers.Where(header => header.Key is "Range" or "x-ms-range").SelectMany(header => header.Value);
            requests.Enqueue($"{request.Method} {string.Join(", ", range)}");
            return send();
        }));

        Assert.Equal(Content[100..350], await store.ReadRangeAsync("job/a", 100, 250, Cancel));
        Assert.Equal(["GET bytes=100-349"], requests);
    }

    [Fact]
    public async Task OpenWriterAsync_ReplyOfTheBlockListLost_KnowsItsOwnBlob()
    {
        var store = await StoreAsync(Interference.LosingTheReplyOfACommit());

        Assert.True(await WriteAsync(store, "job/a"));
        Assert.Equal(Content, await store.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task TryPromoteAsync_ReplyLost_KnowsItsOwnBlob()
    {
        await _plain.TryCreateAsync("job/attempts/1", Content, Cancel);
        var store = await StoreAsync(Interference.LosingTheReplyOfACommit());

        Assert.True(await store.TryPromoteAsync("job/attempts/1", "job/shards/1", Cancel));
        Assert.Equal(Content, await store.ReadAsync("job/shards/1", Cancel));
    }

    [Fact]
    public async Task EveryBlob_HasTheMarkOfTheCallThatMadeIt()
    {
        await _plain.TryCreateAsync("job/a", Content, Cancel);
        await WriteAsync(_plain, "job/b");
        await _plain.TryPromoteAsync("job/a", "job/c", Cancel);

        var marks = new List<string>();
        await foreach (var blob in _container.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata }, Cancel))
            marks.Add(Assert.Single(blob.Metadata, pair => pair.Key == BlobContainer.Mark).Value);

        Assert.Equal(3, marks.Distinct().Count());
        Assert.All(marks, mark => Assert.True(Guid.TryParseExact(mark, "N", out _)));
    }

    [Fact]
    public async Task EveryMethod_ServerBusyAtFirst_SucceedsOnceItIsNot()
    {
        var busy = 0;
        var store = await StoreAsync(new Interference((_, send) =>
            Interlocked.Increment(ref busy) % 3 == 0 ? send() : Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable))));

        Assert.True(await WriteAsync(store, "job/a"));
        Assert.True(await store.TryPromoteAsync("job/a", "job/b", Cancel));
        await store.DeleteAsync("job/a", Cancel);

        Assert.Equal([new StoreEntry("job/b", Content.Length)], await store.ListAsync("", Cancel).ToArrayAsync(Cancel));
        Assert.Equal(Content, await store.ReadAsync("job/b", Cancel));
    }

    [Fact]
    public async Task OpenWriterAsync_BlockThatCannotBeUploaded_FailsTheWriterAndMakesNothing()
    {
        var store = await StoreAsync(
            new Interference((request, send) => request.RequestUri!.Query.Contains("comp=block&", StringComparison.Ordinal)
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError))
                : send()),
            retries: 1);

        var exception = await Assert.ThrowsAnyAsync<IOException>(() => WriteAsync(store, "job/a"));

        Assert.Equal($"The blob storage at {_container.Uri} failed a request (500).", exception.Message);
        Assert.Null(await _plain.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task CompleteAsync_BlocksDiscardedByOneThatIsDeletedSince_SaysSo()
    {
        await using var writer = await _plain.OpenWriterAsync("job/a", Cancel);
        await writer.Stream.WriteAsync(Content, Cancel);
        await WriteAsync(_plain, "job/a");
        await _plain.DeleteAsync("job/a", Cancel);

        var exception = await Assert.ThrowsAnyAsync<IOException>(() => writer.CompleteAsync(Cancel));

        Assert.Equal(
            $"The blob storage at {_container.Uri} dropped what was uploaded for a file (400 InvalidBlockList): another had its name meanwhile, "
            + "or a week has passed.",
            exception.Message);
    }

    [Fact]
    public async Task OpenReadAsync_FileDeletedOnTheWay_SaysSo()
    {
        await _plain.TryCreateAsync("job/a", Content, Cancel);
        await using var stream = (await _plain.OpenReadAsync("job/a", Cancel))!;
        await _plain.DeleteAsync("job/a", Cancel);

        var exception = await Assert.ThrowsAsync<FileNotFoundException>(() => stream.ReadExactlyAsync(new byte[1], Cancel).AsTask());

        Assert.Equal("'job/a' was deleted while it was being read.", exception.Message);
    }

    [Fact]
    public async Task ListAsync_MoreNamesThanAPage_AsksForEveryPage()
    {
        for (var number = 0; number < 25; number++)
            await _plain.TryCreateAsync($"job/{number}", "x"u8.ToArray(), Cancel);
        var requests = new ConcurrentBag<Uri>();
        var store = await StoreAsync(Watching(requests));

        Assert.Equal(25, await store.ListAsync("job/", Cancel).CountAsync(Cancel));
        Assert.Equal(3, requests.Count);
    }

    [Fact]
    public async Task TryPromoteAsync_LargeFile_IsCopiedByTheServiceAndNotThroughHere()
    {
        await _plain.TryCreateAsync("job/a", Content, Cancel);
        var requests = new ConcurrentBag<(string? Source, long? Length)>();
        var store = await StoreAsync(new Interference((request, send) =>
        {
            if (request.Method == HttpMethod.Get)
                Assert.Fail("Promotion read the file.");
            if (request.Headers.TryGetValues("x-ms-copy-source", out var source))
                requests.Add((source.Single(), request.Content?.Headers.ContentLength ?? 0));
            return send();
        }));

        await store.TryPromoteAsync("job/a", "job/b", Cancel);

        Assert.Equal(3, requests.Count);
        Assert.All(requests, request => Assert.Equal(0, request.Length));
    }

    private static Interference Watching(ConcurrentBag<Uri> requests) => new((request, send) =>
    {
        requests.Add(request.RequestUri!);
        return send();
    });

    private static async Task<bool> WriteAsync(AzureBlobStore store, string path)
    {
        await using var writer = await store.OpenWriterAsync(path, Cancel);
        await writer.Stream.WriteAsync(Content, Cancel);
        return await writer.CompleteAsync(Cancel);
    }

    private async Task<AzureBlobStore> StoreAsync(Interference interference, int retries = 8) => new(
        BlobAddress.FromConnectionString(await azurite.ConnectionStringAsync(), _container.Name), interference.Options(retries), Small);
}
