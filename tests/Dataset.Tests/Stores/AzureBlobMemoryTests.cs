using System.Collections.Concurrent;
using System.Security.Cryptography;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Stores.Blobs;
using Azure.Storage.Blobs;

namespace Atelier.Dataset.Tests.Stores;

[Collection(nameof(Alone))]
public sealed class AzureBlobMemoryTests(Azurite azurite) : IAsyncLifetime
{
    private const int Piece = 1 << 20;
    private const int Pieces = 64;

    private BlobContainerClient _container = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _container = await azurite.NewContainerAsync();

    public async ValueTask DisposeAsync() => await _container.DeleteAsync();

    [Fact]
    public async Task WritingAndReading64MiB_HoldsAFewBlocksAtMost()
    {
        var blocks = new ConcurrentBag<long>();
        var interference = new Interference((request, send) =>
        {
            if (request.RequestUri!.Query.Contains("comp=block&", StringComparison.Ordinal))
                blocks.Add(request.Content!.Headers.ContentLength!.Value);
            return send();
        });
        var store = new AzureBlobStore(
            BlobAddress.FromConnectionString(await azurite.ConnectionStringAsync(), _container.Name), interference.Options());
        var piece = RandomNumberGenerator.GetBytes(Piece);
        using var written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await store.TryCreateAsync("warm", piece, Cancel);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;

        await using (var writer = await store.OpenWriterAsync("job/large", Cancel))
        {
            for (var number = 0; number < Pieces; number++)
            {
                piece[0] = (byte)number;
                written.AppendData(piece);
                await writer.Stream.WriteAsync(piece, Cancel);
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
            Assert.True(await writer.CompleteAsync(Cancel));
        }
        await using (var stream = (await store.OpenReadAsync("job/large", Cancel))!)
        {
            for (var number = 0; number < Pieces; number++)
            {
                await stream.ReadExactlyAsync(piece, Cancel);
                read.AppendData(piece);
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(written.GetHashAndReset(), read.GetHashAndReset());
        Assert.Equal(Enumerable.Repeat((long)new BlobLimits().BlockBytes, 16), blocks);
        TestContext.Current.SendDiagnosticMessage($"{most / 1e6:F1} MB above the start at most");
        Assert.InRange(most, 0, 16 << 20);
    }
}
