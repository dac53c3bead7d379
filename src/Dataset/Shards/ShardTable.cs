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

    private static readonly DataField Key = Text("key");
    private static readonly DataField Id = Text("id", nullable: true);
    private static readonly DataField Prompt = Text("prompt");
    private static readonly DataField Row = new DataField<long>("row");
    private static readonly DataField Image = new DataField<int>("image");
    private static readonly DataField Seed = new DataField<ulong>("seed");
    private static readonly DataField RowSeed = new DataField<ulong?>("row_seed");
    private static readonly DataField GuidanceScale = new DataField<double>("guidance_scale");
    private static readonly DataField NegativePrompt = Text("negative_prompt");
    private static readonly DataField Label = Text("label", nullable: true);
    private static readonly DataField Class = new DataField<int?>("class");
    private static readonly DataField ClassifierScale = new DataField<double>("classifier_scale");
    private static readonly DataField InputSha256 = Text("input_sha256", nullable: true);
    private static readonly DataField Sampler = Text("sampler");
    private static readonly DataField Steps = new DataField<int>("steps");
    private static readonly DataField Eta = new DataField<double>("eta");
    private static readonly DataField Model = Text("model");
    private static readonly DataField ModelDigest = Text("model_digest");
    private static readonly DataField Format = Text("format");
    private static readonly DataField Tokens = new DataField<int>("tokens");
    private static readonly DataField Truncated = new DataField<bool>("truncated");
    private static readonly DataField Status = Text("status");
    private static readonly DataField ErrorCode = Text("error_code", nullable: true);
    private static readonly DataField ErrorMessage = Text("error_message", nullable: true);
    private static readonly DataField Width = new DataField<int?>("width");
    private static readonly DataField Height = new DataField<int?>("height");
    private static readonly DataField Bytes = new DataField<long?>("bytes");
    private static readonly DataField PixelSha256 = Text("pixel_sha256", nullable: true);

    private static readonly ParquetSchema Schema = new(
        Key, Id, Prompt, Row, Image, Seed, RowSeed, GuidanceScale, NegativePrompt, Label, Class, ClassifierScale, InputSha256, Sampler, Steps, Eta, Model, ModelDigest, Format, Tokens, Truncated, Status, ErrorCode,
        ErrorMessage, Width, Height, Bytes, PixelSha256);

    private static readonly ParquetOptions Options = new()
    {
        CompressionMethod = CompressionMethod.Zstd,
        CompressionLevel = CompressionLevel.Optimal,
    };

    /// <summary>Writes the rows, front to back: the stream need not be seekable.</summary>
    public static async Task WriteAsync(Stream stream, IReadOnlyList<ShardRow> rows, CancellationToken cancellationToken)
    {
        var writer = await ParquetWriter.CreateAsync(Schema, stream, Options, append: false, cancellationToken).ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        using var group = writer.CreateRowGroup();

        await TextsAsync(Key, row => row.Key).ConfigureAwait(false);
        await TextsAsync(Id, row => row.Id).ConfigureAwait(false);
        await TextsAsync(Prompt, row => row.Prompt).ConfigureAwait(false);
        await ValuesAsync(Row, row => row.Row).ConfigureAwait(false);
        await ValuesAsync(Image, row => row.Image).ConfigureAwait(false);
        await ValuesAsync(Seed, row => row.Seed).ConfigureAwait(false);
        await OptionalAsync(RowSeed, row => row.RowSeed).ConfigureAwait(false);
        await ValuesAsync(GuidanceScale, row => row.GuidanceScale).ConfigureAwait(false);
        await TextsAsync(NegativePrompt, row => row.NegativePrompt).ConfigureAwait(false);
        await TextsAsync(Label, row => row.Label).ConfigureAwait(false);
        await OptionalAsync(Class, row => row.Class).ConfigureAwait(false);
        await ValuesAsync(ClassifierScale, row => row.ClassifierScale).ConfigureAwait(false);
        await TextsAsync(InputSha256, row => row.InputSha256).ConfigureAwait(false);
        await TextsAsync(Sampler, row => row.Sampler).ConfigureAwait(false);
        await ValuesAsync(Steps, row => row.Steps).ConfigureAwait(false);
        await ValuesAsync(Eta, row => row.Eta).ConfigureAwait(false);
        await TextsAsync(Model, row => row.Model).ConfigureAwait(false);
        await TextsAsync(ModelDigest, row => row.ModelDigest).ConfigureAwait(false);
        await TextsAsync(Format, row => row.Format).ConfigureAwait(false);
        await ValuesAsync(Tokens, row => row.Tokens).ConfigureAwait(false);
        await ValuesAsync(Truncated, row => row.Truncated).ConfigureAwait(false);
        await TextsAsync(Status, row => row.Status).ConfigureAwait(false);
        await TextsAsync(ErrorCode, row => row.ErrorCode).ConfigureAwait(false);
        await TextsAsync(ErrorMessage, row => row.ErrorMessage).ConfigureAwait(false);
        await OptionalAsync(Width, row => row.Width).ConfigureAwait(false);
        await OptionalAsync(Height, row => row.Height).ConfigureAwait(false);
        await OptionalAsync(Bytes, row => row.Bytes).ConfigureAwait(false);
        await TextsAsync(PixelSha256, row => row.PixelSha256).ConfigureAwait(false);
        group.CompleteValidate();

        Task TextsAsync(DataField field, Func<ShardRow, string?> value)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return group.WriteAsync(field, rows.Select(value).ToArray()!);
        }

        Task ValuesAsync<T>(DataField field, Func<ShardRow, T> value)
            where T : struct => group.WriteAsync<T>(field, rows.Select(value).ToArray().AsMemory(), cancellationToken: cancellationToken);

        Task OptionalAsync<T>(DataField field, Func<ShardRow, T?> value)
            where T : struct => group.WriteAsync<T>(field, rows.Select(value).ToArray().AsMemory(), cancellationToken: cancellationToken);
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
        if (!Columns(reader.Schema).SequenceEqual(Columns(Schema))) throw new InvalidDataException("has other columns than the metadata of a shard");
        using var group = reader.OpenRowGroupReader(0);
        if (group.RowCount != rows) throw new InvalidDataException($"has {group.RowCount} rows; its stats record {rows}");
        var count = rows;

        var key = await TextsAsync(Key).ConfigureAwait(false);
        var id = await TextsAsync(Id).ConfigureAwait(false);
        var prompt = await TextsAsync(Prompt).ConfigureAwait(false);
        var row = await ValuesAsync<long>(Row).ConfigureAwait(false);
        var image = await ValuesAsync<int>(Image).ConfigureAwait(false);
        var seed = await ValuesAsync<ulong>(Seed).ConfigureAwait(false);
        var rowSeed = await OptionalAsync<ulong>(RowSeed).ConfigureAwait(false);
        var guidanceScale = await ValuesAsync<double>(GuidanceScale).ConfigureAwait(false);
        var negativePrompt = await TextsAsync(NegativePrompt).ConfigureAwait(false);
        var label = await TextsAsync(Label).ConfigureAwait(false);
        var @class = await OptionalAsync<int>(Class).ConfigureAwait(false);
        var classifierScale = await ValuesAsync<double>(ClassifierScale).ConfigureAwait(false);
        var inputSha256 = await TextsAsync(InputSha256).ConfigureAwait(false);
        var sampler = await TextsAsync(Sampler).ConfigureAwait(false);
        var steps = await ValuesAsync<int>(Steps).ConfigureAwait(false);
        var eta = await ValuesAsync<double>(Eta).ConfigureAwait(false);
        var model = await TextsAsync(Model).ConfigureAwait(false);
        var modelDigest = await TextsAsync(ModelDigest).ConfigureAwait(false);
        var format = await TextsAsync(Format).ConfigureAwait(false);
        var tokens = await ValuesAsync<int>(Tokens).ConfigureAwait(false);
        var truncated = await ValuesAsync<bool>(Truncated).ConfigureAwait(false);
        var status = await TextsAsync(Status).ConfigureAwait(false);
        var errorCode = await TextsAsync(ErrorCode).ConfigureAwait(false);
        var errorMessage = await TextsAsync(ErrorMessage).ConfigureAwait(false);
        var width = await OptionalAsync<int>(Width).ConfigureAwait(false);
        var height = await OptionalAsync<int>(Height).ConfigureAwait(false);
        var bytes = await OptionalAsync<long>(Bytes).ConfigureAwait(false);
        var pixelSha256 = await TextsAsync(PixelSha256).ConfigureAwait(false);

        return [.. Enumerable.Range(0, count).Select(index => new ShardRow
        {
            Key = key[index]!,
            Id = id[index],
            Prompt = prompt[index]!,
            Row = row[index],
            Image = image[index],
            Seed = seed[index],
            RowSeed = rowSeed[index],
            GuidanceScale = guidanceScale[index],
            NegativePrompt = negativePrompt[index]!,
            Label = label[index],
            Class = @class[index],
            ClassifierScale = classifierScale[index],
            InputSha256 = inputSha256[index],
            Sampler = sampler[index]!,
            Steps = steps[index],
            Eta = eta[index],
            Model = model[index]!,
            ModelDigest = modelDigest[index]!,
            Format = format[index]!,
            Tokens = tokens[index],
            Truncated = truncated[index],
            Status = status[index]!,
            ErrorCode = errorCode[index],
            ErrorMessage = errorMessage[index],
            Width = width[index],
            Height = height[index],
            Bytes = bytes[index],
            PixelSha256 = pixelSha256[index],
        })];

        async Task<string?[]> TextsAsync(DataField field)
        {
            var values = new string?[count];
            await group.ReadAsync(field, values.AsMemory()!, cancellationToken: cancellationToken).ConfigureAwait(false);
            return values;
        }

        async Task<T[]> ValuesAsync<T>(DataField field)
            where T : struct
        {
            var values = new T[count];
            await group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
            return values;
        }

        async Task<T?[]> OptionalAsync<T>(DataField field)
            where T : struct
        {
            var values = new T?[count];
            await group.ReadAsync(field, values.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
            return values;
        }
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

    private static DataField<string> Text(string name, bool nullable = false) => new(name, nullable);
}
