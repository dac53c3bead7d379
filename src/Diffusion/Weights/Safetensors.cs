using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// The safetensors file format (huggingface/safetensors): an 8-byte little-endian header length, a JSON header that gives each tensor's
/// dtype, shape and byte range, then the tensors' bytes. Files are hostile input: every number is checked before it is used.
/// </summary>
public static class Safetensors
{
    private const long MaxHeaderBytes = 100_000_000;
    private const ulong MaxElements = 1UL << 60;

    private static readonly Dictionary<string, (ScalarType Type, int Size)> DTypes = new()
    {
        ["F64"] = (ScalarType.Float64, 8),
        ["F32"] = (ScalarType.Float32, 4),
        ["F16"] = (ScalarType.Float16, 2),
        ["BF16"] = (ScalarType.BFloat16, 2),
        ["I64"] = (ScalarType.Int64, 8),
        ["I32"] = (ScalarType.Int32, 4),
        ["I16"] = (ScalarType.Int16, 2),
        ["I8"] = (ScalarType.Int8, 1),
        ["U8"] = (ScalarType.Byte, 1),
        ["BOOL"] = (ScalarType.Bool, 1),
    };

    /// <summary>Reads and checks the header only.</summary>
    /// <param name="path">File to read.</param>
    /// <returns>What each tensor is, by name, in file order.</returns>
    /// <exception cref="InvalidDataException">Not a safetensors file, or a truncated or inconsistent one; the message names file and reason.</exception>
    public static IReadOnlyDictionary<string, SafetensorsEntry> ReadHeader(string path)
    {
        using var file = File.OpenRead(path);
        return ReadHeader(file, path, out _, out _);
    }

    /// <summary>Reads tensors one after the other; the caller owns each.</summary>
    /// <param name="path">File to read.</param>
    /// <returns>Names and CPU tensors in file order.</returns>
    /// <exception cref="InvalidDataException">As <see cref="ReadHeader(string)"/>.</exception>
    public static IEnumerable<KeyValuePair<string, Tensor>> Read(string path)
    {
        using var file = File.OpenRead(path);
        foreach (var (name, entry) in ReadHeader(file, path, out var dataStart, out _))
        {
            var tensor = empty(entry.Shape, dtype: entry.DType);
            file.Position = dataStart + entry.Offset;
            TensorBytes.Fill(tensor, file);
            yield return new(name, tensor);
        }
    }

    /// <summary>Writes tensors in the given order, replacing the file in one step.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="tensors">Names and tensors on any device.</param>
    /// <param name="metadata">Free text entries of the header.</param>
    public static void Write(
        string path, IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, [.. tensors.Select(entry => KeyValuePair.Create(entry.Key, new TensorEntry(entry.Value.dtype, entry.Value.shape)))], tensors, metadata);

    /// <summary>Writes a checkpoint of any format with the same names, types and elements; one tensor is in memory at a time.</summary>
    /// <param name="path">File to write, replaced in one step.</param>
    /// <param name="source">What to copy.</param>
    /// <exception cref="InvalidDataException">The source is damaged; nothing is replaced.</exception>
    public static void Write(string path, Checkpoint source) => Write(path, [.. source.Header], Owned(source.Read()), null);

    private static IEnumerable<KeyValuePair<string, Tensor>> Owned(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        foreach (var entry in tensors)
        {
            using (entry.Value) yield return entry;
        }
    }

    // The tensors may come in another order than the entries.
    private static void Write(
        string path, IReadOnlyList<KeyValuePair<string, TensorEntry>> entries, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        var offsets = new Dictionary<string, long>();
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var (name, tensor) in entries)
            {
                var (dtype, (_, size)) = DTypes.Single(known => known.Value.Type == tensor.DType);
                offsets.Add(name, offset);
                json.WriteStartObject(name);
                json.WriteString("dtype", dtype);
                json.WriteStartArray("shape");
                foreach (var length in tensor.Shape) json.WriteNumberValue(length);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Elements * size);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // The format asks for tensors aligned to 8 bytes and allows trailing spaces in the header for it.
        while (header.Length % 8 != 0) header.WriteByte((byte)' ');

        var temporary = path + ".tmp";
        using (var file = File.Create(temporary))
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            file.Write(length);
            file.Write(header.GetBuffer().AsSpan(0, (int)header.Length));
            var start = file.Position;
            foreach (var (name, tensor) in tensors)
            {
                using var scope = NewDisposeScope();
                file.Position = start + offsets[name];
                TensorBytes.Write(tensor.detach().cpu().contiguous(), file);
            }
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The free text entries of the header.</summary>
    /// <param name="path">File to read.</param>
    /// <exception cref="InvalidDataException">As <see cref="ReadHeader(string)"/>.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        using var file = File.OpenRead(path);
        ReadHeader(file, path, out _, out var metadata);
        return metadata;
    }

    private static Dictionary<string, SafetensorsEntry> ReadHeader(
        FileStream file, string path, out long dataStart, out Dictionary<string, string> metadata)
    {
        InvalidDataException Bad(string reason, Exception? inner = null) => new($"{path} is not a usable safetensors file: {reason}", inner);

        var prefix = new byte[8];
        if (file.Length < 8) throw Bad($"it has only {file.Length} bytes");
        file.ReadExactly(prefix);
        var headerBytes = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (headerBytes is < 2 or > MaxHeaderBytes || headerBytes > file.Length - 8)
            throw Bad($"its header claims {headerBytes} bytes; the file has {file.Length}");
        var header = new byte[headerBytes];
        file.ReadExactly(header);
        dataStart = 8 + headerBytes;
        var dataBytes = file.Length - dataStart;

        metadata = [];
        var entries = new Dictionary<string, SafetensorsEntry>();
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    foreach (var entry in property.Value.EnumerateObject())
                    {
                        if (!metadata.TryAdd(entry.Name, entry.Value.GetString() ?? "")) throw Bad($"its metadata has '{entry.Name}' twice");
                    }
                    continue;
                }
                var dtype = property.Value.GetProperty("dtype").GetString() ?? "null";
                if (!DTypes.TryGetValue(dtype, out var type))
                    throw Bad($"tensor '{property.Name}' has dtype {dtype}; known: {string.Join(", ", DTypes.Keys)}");
                var shape = property.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64()).ToArray();
                var offsets = property.Value.GetProperty("data_offsets");
                var (start, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
                // Lengths beside a 0 count too: they still have to make strides.
                var extent = shape.Aggregate((UInt128)1, (product, length) => product > MaxElements ? product : product * (ulong)Math.Max(1, length));
                if (shape.Length > 16 || shape.Any(length => length < 0) || extent > MaxElements)
                    throw Bad($"tensor '{property.Name}' has shape [{string.Join(", ", shape)}]");
                var bytes = shape.Contains(0) ? 0 : extent * (ulong)type.Size;
                if (start < 0 || end < start || (UInt128)(ulong)(end - start) != bytes)
                    throw Bad($"tensor '{property.Name}' of {bytes} bytes is given the byte range {start}-{end}");
                if (end > dataBytes) throw Bad($"it is truncated: tensor '{property.Name}' ends at byte {end} of {dataBytes}");
                if (!entries.TryAdd(property.Name, new SafetensorsEntry(type.Type, shape, start, end - start)))
                    throw Bad($"tensor '{property.Name}' appears twice");
            }
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw Bad($"its header is malformed: {malformed.Message}", malformed);
        }

        // Neither gaps nor overlaps, so that nothing can hide in the file and no byte belongs to two tensors.
        var position = 0L;
        foreach (var (name, entry) in entries.OrderBy(entry => entry.Value.Offset).ThenBy(entry => entry.Value.Bytes))
        {
            if (entry.Offset != position) throw Bad($"tensor '{name}' starts at byte {entry.Offset} where {position} was expected");
            position += entry.Bytes;
        }
        return position == dataBytes ? entries : throw Bad($"{dataBytes - position} bytes after the last tensor belong to none");
    }
}
