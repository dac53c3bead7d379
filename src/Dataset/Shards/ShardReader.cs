using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Shards;

/// <summary>Reads a committed shard, whether or not it is promoted yet.</summary>
public static class ShardReader
{
    /// <summary>Opens the tar file. The caller disposes the stream.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">The committed stats of the shard.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">The file is there under neither of its names.</exception>
    public static Task<Stream> OpenTarAsync(IStore store, string job, ShardStats stats, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stats);
        return OpenAsync(store, JobPaths.ShardTar(job, stats.Shard), JobPaths.AttemptTar(job, stats.Shard, stats.Attempt), cancellationToken);
    }

    /// <summary>Opens the parquet file. The caller disposes the stream.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">The committed stats of the shard.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">The file is there under neither of its names.</exception>
    public static Task<Stream> OpenParquetAsync(IStore store, string job, ShardStats stats, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stats);
        return OpenAsync(
            store, JobPaths.ShardParquet(job, stats.Shard), JobPaths.AttemptParquet(job, stats.Shard, stats.Attempt), cancellationToken);
    }

    /// <summary>The rows of the parquet file, one for every sample, in order.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">The committed stats of the shard.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">The file is there under neither of its names.</exception>
    /// <exception cref="InvalidDataException">It is not a parquet file of this form, or has another number of rows than the stats.</exception>
    public static async Task<IReadOnlyList<ShardRow>> ReadRowsAsync(
        IStore store, string job, ShardStats stats, CancellationToken cancellationToken = default)
    {
        var stream = await OpenParquetAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        return await ShardTable.ReadAsync(stream, stats.Samples, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The samples of the tar file, those with an image, in order; one is in memory at a time.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">The committed stats of the shard.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">The file is there under neither of its names.</exception>
    /// <exception cref="InvalidDataException">It is not a tar file of this form.</exception>
    public static IAsyncEnumerable<ShardImage> ReadImagesAsync(
        IStore store, string job, ShardStats stats, CancellationToken cancellationToken = default) =>
        ReadImagesAsync(store, job, stats, _ => true, cancellationToken);

    /// <summary>The samples of the tar file whose position in it, from 0, is wanted; what lies between is skipped, not read.</summary>
    internal static async IAsyncEnumerable<ShardImage> ReadImagesAsync(
        IStore store, string job, ShardStats stats, Predicate<int> wanted, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var stream = await OpenTarAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var reader = new TarReader(stream, leaveOpen: true);
        await using var __ = reader.ConfigureAwait(false);
        for (var position = 0; await NextAsync(reader, cancellationToken).ConfigureAwait(false) is { } image; position++)
        {
            var read = wanted(position);
            var content = await ContentAsync(image, read, cancellationToken).ConfigureAwait(false);
            var caption = await CompanionAsync(reader, image, ".txt", cancellationToken).ConfigureAwait(false);
            var prompt = await ContentAsync(caption, read, cancellationToken).ConfigureAwait(false);
            var metadata = await CompanionAsync(reader, image, ".json", cancellationToken).ConfigureAwait(false);
            var json = await ContentAsync(metadata, read, cancellationToken).ConfigureAwait(false);
            if (read)
            {
                var (key, format) = (Path.GetFileNameWithoutExtension(image.Name), Path.GetExtension(image.Name).TrimStart('.'));
                yield return new ShardImage(key, format, content, Encoding.UTF8.GetString(prompt), json);
            }
        }
    }

    /// <summary>Opens the plain name, or else the attempt's; promotion may take the second away at any moment after the first was not found.</summary>
    private static async Task<Stream> OpenAsync(IStore store, string plain, string attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (await store.OpenReadAsync(plain, cancellationToken).ConfigureAwait(false) is { } promoted)
            return promoted;
        if (await store.OpenReadAsync(attempt, cancellationToken).ConfigureAwait(false) is { } unpromoted)
            return new UnpromotedStream(unpromoted, cancel => store.OpenReadAsync(plain, cancel));
        return await store.OpenReadAsync(plain, cancellationToken).ConfigureAwait(false)
            ?? throw new FileNotFoundException($"The store has neither '{plain}' nor '{attempt}'.", plain);
    }

    /// <summary>The next entry; null at the end.</summary>
    private static async Task<TarEntry?> NextAsync(TarReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception damaged) when (damaged is not (IOException or OperationCanceledException or OutOfMemoryException))
        {
            throw new InvalidDataException($"The tar file is damaged: {damaged.Message}", damaged);
        }
    }

    /// <summary>The next entry, which must be the file of the same sample with another extension.</summary>
    private static async Task<TarEntry> CompanionAsync(TarReader reader, TarEntry image, string extension, CancellationToken cancellationToken)
    {
        var entry = await NextAsync(reader, cancellationToken).ConfigureAwait(false);
        var name = Path.ChangeExtension(image.Name, extension);
        return entry?.Name == name ? entry : throw new InvalidDataException($"The tar file has '{entry?.Name}' where '{name}' belongs.");
    }

    /// <summary>The content of an entry; nothing if it is not to be read, when the reader seeks past it.</summary>
    private static async Task<byte[]> ContentAsync(TarEntry entry, bool read, CancellationToken cancellationToken)
    {
        // An empty file has no stream.
        if (!read || entry.DataStream is not { } data)
            return [];
        if (entry.Length > EncodedImage.MaxBytes)
            throw new InvalidDataException($"The tar file has a file of {entry.Length} bytes; a file of a sample has at most {EncodedImage.MaxBytes}.");
        var content = new byte[entry.Length];
        await data.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    }
}
