using System.Globalization;
using System.Text;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>The blocks of one blob to be. They are nobody else's: writers that race for one name stage theirs under other ids.</summary>
internal sealed class BlockUpload(BlobContainer container, string path)
{
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private readonly List<string> _blocks = [];

    public BlockBlobClient Blob { get; } = container.Blob(path);

    public bool IsEmpty => _blocks.Count == 0;

    /// <summary>Uploads the next block. Blocks that are never committed, the service drops after a week.</summary>
    public Task StageAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var id = NextBlock();
        return container.AskAsync(
            () => Blob.StageBlockAsync(id, BinaryData.FromBytes(content).ToStream(), cancellationToken: cancellationToken), cancellationToken);
    }

    /// <summary>Names the next block, which the caller stages.</summary>
    /// <exception cref="IOException">A blob cannot have as many.</exception>
    public string NextBlock()
    {
        if (_blocks.Count == BlobLimits.MaxBlocks)
            throw new IOException($"'{path}' is too large: a blob has at most {BlobLimits.MaxBlocks} blocks.");
        // All ids of a blob must have one length.
        var name = _writer + _blocks.Count.ToString("D6", CultureInfo.InvariantCulture);
        _blocks.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes(name)));
        return _blocks[^1];
    }

    /// <summary>Makes the blob of the blocks so far, unless there is one.</summary>
    public Task<bool> TryCommitAsync(CancellationToken cancellationToken) => container.TryCommitAsync(
        Blob,
        (metadata, conditions, patience) =>
            Blob.CommitBlockListAsync(_blocks, new CommitBlockListOptions { Metadata = metadata, Conditions = conditions }, patience),
        cancellationToken);

    /// <summary>Makes the blob of a few bytes, unless there is one, without staging them first.</summary>
    public Task<bool> TryPutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => container.TryCommitAsync(
        Blob,
        (metadata, conditions, patience) => Blob.UploadAsync(
            BinaryData.FromBytes(content).ToStream(), new BlobUploadOptions { Metadata = metadata, Conditions = conditions }, patience),
        cancellationToken);
}
