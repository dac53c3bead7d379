using System.Formats.Tar;
using System.Globalization;
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
    public static Task<IReadOnlyList<ShardRow>> ReadRowsAsync(IStore store, string job, ShardStats stats, CancellationToken cancellationToken = default) =>
        ReadTableAsync(store, job, stats, table => ShardTable.ReadAsync(table, stats.Samples, cancellationToken), cancellationToken);

    /// <summary>Some columns of the rows [from, from + count) of the parquet file; of the rest of it, only its description is read.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">The committed stats of the shard.</param>
    /// <param name="columns">The columns, of <see cref="ShardColumns"/>.</param>
    /// <param name="from">Index of the first row in the shard.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shard does not have these rows.</exception>
    /// <exception cref="FileNotFoundException">The file is there under neither of its names.</exception>
    /// <exception cref="InvalidDataException">It is not a parquet file of this form, or has another number of rows than the stats.</exception>
    public static async Task<SampleRows> ReadColumnsAsync(
        IStore store, string job, ShardStats stats, IReadOnlyCollection<ShardColumn> columns, int from, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stats);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)from + count, stats.Samples, nameof(count));
        var values = await ReadTableAsync(store, job, stats, table => ShardTable.ReadColumnsAsync(table, stats.Samples, columns, from, count, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return new SampleRows(stats.FirstSample + from, count, values);
    }

    /// <summary>The file of an image, by one read of that part of the tar.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">The committed stats of the shard.</param>
    /// <param name="imageOffset">Where it begins, as its row says.</param>
    /// <param name="bytes">Its length, as its row says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">The tar is there under neither of its names.</exception>
    /// <exception cref="InvalidDataException">The tar has no such part, or an image cannot be that long.</exception>
    public static async Task<byte[]> ReadImageAsync(
        IStore store, string job, ShardStats stats, long imageOffset, long bytes, CancellationToken cancellationToken = default)
    {
        var stream = await OpenTarAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        if (imageOffset < 0 || bytes is < 1 or > EncodedImage.MaxBytes || imageOffset > stream.Length - bytes)
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{JobPaths.ShardTar(job, stats.Shard)} has {stream.Length} bytes; an image of {bytes} bytes at {imageOffset} is not in it, or has more than {EncodedImage.MaxBytes}"));
        stream.Position = imageOffset;
        var content = new byte[bytes];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
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

    private static async Task<T> ReadTableAsync<T>(IStore store, string job, ShardStats stats, Func<Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        var stream = await OpenParquetAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        try
        {
            return await read(stream).ConfigureAwait(false);
        }
        catch (InvalidDataException malformed)
        {
            throw new InvalidDataException($"{JobPaths.ShardParquet(job, stats.Shard)} {malformed.Message}", malformed);
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
