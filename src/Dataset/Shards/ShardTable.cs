using System.Buffers.Binary;
using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace Atelier.Dataset.Shards;

/// <summary>
/// Writes and reads the parquet file of a shard, in row groups of <see cref="GroupRows"/> rows. Compressed with Zstandard in managed code, whose output does not
/// depend on the processor, as that of the system's deflate may.
/// </summary>
internal static class ShardTable
{
    /// <summary>Rows of a row group, but the last: what must be read for one row, and few enough for a page of a list.</summary>
    public const int GroupRows = 1000;

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
        foreach (var chunk in rows.Chunk(GroupRows))
        {
            using var group = writer.CreateRowGroup();
            foreach (var column in ShardColumns.All) await column.WriteAsync(group, chunk, cancellationToken).ConfigureAwait(false);
            group.CompleteValidate();
        }
    }

    /// <summary>Reads the rows of a file that <see cref="WriteAsync"/> has written, from a seekable stream.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="rows">How many rows it must have.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">It is not such a file, or has another number of rows.</exception>
    public static async Task<IReadOnlyList<ShardRow>> ReadAsync(Stream stream, int rows, CancellationToken cancellationToken)
    {
        var values = await ReadColumnsAsync(stream, rows, ShardColumns.All, 0, rows, cancellationToken).ConfigureAwait(false);
        var read = new ShardRow[rows];
        for (var i = 0; i < rows; i++)
        {
            // Every property is set from its column.
            read[i] = Activator.CreateInstance<ShardRow>();
            foreach (var column in ShardColumns.All) column.Set(read[i], values[column], i);
        }
        return read;
    }

    /// <summary>Reads some columns of the rows [from, from + count): of the file only its description, and the column chunks that hold them.</summary>
    /// <param name="stream">The file, seekable.</param>
    /// <param name="rows">How many rows it must have.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="from">Index of the first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The values of each column.</returns>
    /// <exception cref="InvalidDataException">It is not such a file, or has another number of rows.</exception>
    public static async Task<IReadOnlyDictionary<ShardColumn, Array>> ReadColumnsAsync(
        Stream stream, int rows, IReadOnlyCollection<ShardColumn> columns, int from, int count, CancellationToken cancellationToken)
    {
        var guard = new EndlessGuard(stream);
        await using var _ = guard.ConfigureAwait(false);
        try
        {
            await CheckFooterAsync(guard, cancellationToken).ConfigureAwait(false);
            var reader = await ParquetReader.CreateAsync(guard, leaveStreamOpen: true, cancellationToken: cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            Check(reader, rows);
            return await ReadColumnsAsync(reader, columns, from, count, cancellationToken).ConfigureAwait(false);
        }
        // The library tells of garbage by exceptions of any kind.
        catch (Exception malformed) when (!guard.HasFailed && malformed is not (InvalidDataException or OperationCanceledException))
        {
            throw new InvalidDataException($"is not the metadata of a shard: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }
    }

    private static async Task<IReadOnlyDictionary<ShardColumn, Array>> ReadColumnsAsync(
        ParquetReader reader, IReadOnlyCollection<ShardColumn> columns, int from, int count, CancellationToken cancellationToken)
    {
        var values = columns.Distinct().ToDictionary(column => column, column => column.Allocate(count));
        // In the order of the file, of which each byte that is wanted is then read once, front to back.
        for (var number = from / GroupRows; number * GroupRows < from + count; number++)
        {
            var first = number * GroupRows;
            using var group = reader.OpenRowGroupReader(number);
            var (start, end) = (Math.Max(from, first), Math.Min(from + count, first + (int)group.RowCount));
            foreach (var column in ShardColumns.All.Where(values.ContainsKey))
                await column.ReadAsync(group, (start - first)..(end - first), values[column], start - from, cancellationToken).ConfigureAwait(false);
        }
        return values;
    }

    /// <summary>Refuses a file of other columns or rows, by its description, before anything is allocated for them.</summary>
    private static void Check(ParquetReader reader, int rows)
    {
        if (!Columns(reader.Schema).SequenceEqual(Columns(ShardColumns.Schema))) throw new InvalidDataException("has other columns than the metadata of a shard");
        var groups = reader.Metadata!.RowGroups;
        if (groups.Sum(group => group.NumRows) is var found && found != rows) throw new InvalidDataException($"has {found} rows; its stats record {rows}");
        if (!groups.Select(group => group.NumRows).SequenceEqual(Enumerable.Range(0, groups.Count).Select(number => Math.Min(GroupRows, rows - (long)number * GroupRows))))
            throw new InvalidDataException($"has groups of rows that are not of {GroupRows} each, and the rest in the last");
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
