using System.Buffers.Binary;
using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace Atelier.Dataset.Shards;

/// <summary>
/// Writes and reads the parquet file of a shard: one row group. Compressed with Zstandard in managed code, whose output does not depend on
/// the processor, as that of the system's deflate may.
/// </summary>
internal static class ShardTable
{
    // It repeats the least and the greatest text of each column, of which a prompt may be long.
    private const int MaxFooterBytes = 1 << 30;

    private static readonly ParquetOptions Options = new()
    {
        CompressionMethod = CompressionMethod.Zstd,
        CompressionLevel = CompressionLevel.Optimal,
    };

    /// <summary>Writes the rows, front to back: the stream need not be seekable.</summary>
    public static async Task WriteAsync(Stream stream, IReadOnlyList<ShardRow> rows, CancellationToken cancellationToken)
    {
        var writer = await ParquetWriter.CreateAsync(ShardColumns.Schema, stream, Options, append: false, cancellationToken).ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        using var group = writer.CreateRowGroup();
        foreach (var column in ShardColumns.All) await column.WriteAsync(group, rows, cancellationToken).ConfigureAwait(false);
        group.CompleteValidate();
    }

    /// <summary>Reads the rows of a file that <see cref="WriteAsync"/> has written, from a seekable stream.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="rows">How many rows it must have.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">It is not such a file, or has another number of rows.</exception>
    public static async Task<IReadOnlyList<ShardRow>> ReadAsync(Stream stream, int rows, CancellationToken cancellationToken)
    {
        var guard = new EndlessGuard(stream);
        await using var _ = guard.ConfigureAwait(false);
        try
        {
            await CheckFooterAsync(guard, cancellationToken).ConfigureAwait(false);
            return await ReadWholeAsync(guard, rows, cancellationToken).ConfigureAwait(false);
        }
        // The library tells of garbage by exceptions of any kind.
        catch (Exception malformed) when (!guard.HasFailed && malformed is not (InvalidDataException or OperationCanceledException))
        {
            throw new InvalidDataException($"is not the metadata of a shard: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }
    }

    private static async Task<IReadOnlyList<ShardRow>> ReadWholeAsync(Stream stream, int rows, CancellationToken cancellationToken)
    {
        var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        // Other readers read what is beyond, so it may not be there.
        if (reader.RowGroupCount != 1) throw new InvalidDataException($"has {reader.RowGroupCount} groups of rows; a shard has one");
        if (!Columns(reader.Schema).SequenceEqual(Columns(ShardColumns.Schema))) throw new InvalidDataException("has other columns than the metadata of a shard");
        using var group = reader.OpenRowGroupReader(0);
        if (group.RowCount != rows) throw new InvalidDataException($"has {group.RowCount} rows; its stats record {rows}");

        var read = new ShardRow[rows];
        // Every property is set from its column.
        for (var i = 0; i < rows; i++) read[i] = Activator.CreateInstance<ShardRow>();
        foreach (var column in ShardColumns.All) await column.ReadAsync(group, read, cancellationToken).ConfigureAwait(false);
        return read;
    }

    private static IEnumerable<(string, Type, bool)> Columns(ParquetSchema schema) => schema.GetDataFields().Select(field => (field.Path.ToString(), field.ClrType, field.IsNullable));

    /// <summary>Refuses a file whose description is longer than the file, or is not whole: the library would read on and on.</summary>
    private static async Task CheckFooterAsync(Stream stream, CancellationToken cancellationToken)
    {
        const int EndBytes = 8;
        if (stream.Length < EndBytes) throw new InvalidDataException($"is not the metadata of a shard: it has {stream.Length} bytes");
        stream.Position = stream.Length - EndBytes;
        var end = new byte[EndBytes];
        await stream.ReadExactlyAsync(end, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (length > MaxFooterBytes || length > stream.Length - EndBytes)
            throw new InvalidDataException($"is not the metadata of a shard: its description has {length} bytes; at most {MaxFooterBytes} are allowed");
        var footer = new byte[length];
        stream.Position = stream.Length - EndBytes - length;
        await stream.ReadExactlyAsync(footer, cancellationToken).ConfigureAwait(false);
        if (!ThriftFooter.IsWhole(footer)) throw new InvalidDataException("is not the metadata of a shard: its description is damaged");
        stream.Position = 0;
    }
}
