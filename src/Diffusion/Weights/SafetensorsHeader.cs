using System.Buffers.Binary;
using System.Text.Json;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>The header of a safetensors file. Read token by token, so that it takes memory in proportion to what is kept of it.</summary>
/// <param name="Entries">What each tensor is, by name, in file order.</param>
/// <param name="Metadata">The free text entries.</param>
/// <param name="DataStart">Where the tensors' bytes begin in the file.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataStart)
{
    /// <summary>What follows the path of a file that is damaged.</summary>
    public const string Problem = "is not a usable safetensors file";

    // A network of ten thousand tensors takes one megabyte; what trainers write into the metadata is longer. The format allows six times as much.
    private const long MaxBytes = 16 << 20;
    private const int MaxDimensions = 16;
    private const ulong MaxElements = 1UL << 60;

    /// <summary>Name and size in bytes of each element type.</summary>
    public static IReadOnlyDictionary<string, (ScalarType Type, int Size)> DTypes { get; } = new Dictionary<string, (ScalarType, int)>
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

    /// <summary>Reads and checks the header.</summary>
    /// <param name="file">The file, at its start.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="InvalidDataException">It is no safetensors file, or a truncated or inconsistent one; the message names file and reason.</exception>
    public static SafetensorsHeader Read(FileStream file, string path) => ContentBoundary.Read(path, Problem, () =>
    {
        var prefix = new byte[sizeof(long)];
        if (file.Length < prefix.Length) throw new InvalidDataException($"it has only {file.Length} bytes");
        file.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length < 2 || length > file.Length - prefix.Length)
            throw new InvalidDataException($"its header claims {length} bytes; the file has {file.Length}");
        if (length > MaxBytes) throw new InvalidDataException($"its header has {length} bytes; allowed: at most {MaxBytes}");
        var text = new byte[length];
        file.ReadExactly(text);
        var (tensors, metadata) = ContentBoundary.Read(path, $"{Problem}: its header is malformed", () => Parse(text));
        var start = prefix.Length + length;
        var entries = tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Check(tensor.Key));
        CheckRanges(entries, file.Length - start);
        return new SafetensorsHeader(entries, metadata, start);
    });

    private static (Dictionary<string, Described> Tensors, Dictionary<string, string> Metadata) Parse(byte[] text)
    {
        var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 8 });
        var (tensors, metadata) = (new Dictionary<string, Described>(), new Dictionary<string, string>());
        json.Read();
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (name == "__metadata__") ReadMetadata(ref json, metadata);
            else if (!tensors.TryAdd(name, ReadTensor(ref json))) throw new InvalidDataException($"tensor '{PrintableText.Of(name)}' appears twice");
        }
        // Refuses what follows the object.
        json.Read();
        return (tensors, metadata);
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata)
    {
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = json.GetString()!;
            json.Read();
            if (!metadata.TryAdd(key, json.GetString() ?? "")) throw new InvalidDataException($"its metadata has '{PrintableText.Of(key)}' twice");
        }
    }

    private static Described ReadTensor(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.StartObject);
        var (dtype, shape, range) = ((string?)null, (long[]?)null, (long[]?)null);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("dtype"u8))
            {
                json.Read();
                dtype = json.GetString();
            }
            else if (json.ValueTextEquals("shape"u8)) shape = ReadIntegers(ref json, MaxDimensions);
            else if (json.ValueTextEquals("data_offsets"u8)) range = ReadIntegers(ref json, 2);
            else json.Skip();
        }
        return dtype is not null && shape is not null && range is [var start, var end]
            ? new Described(dtype, shape, start, end)
            : throw new InvalidDataException("a tensor lacks its dtype, its shape or two data_offsets");
    }

    private static long[] ReadIntegers(ref Utf8JsonReader json, int max)
    {
        json.Read();
        Expect(ref json, JsonTokenType.StartArray);
        var numbers = new List<long>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == max) throw new InvalidDataException($"a list of at most {max} integers has more");
            numbers.Add(json.GetInt64());
        }
        return [.. numbers];
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (json.TokenType != type) throw new InvalidDataException($"there is {json.TokenType} at byte {json.TokenStartIndex} instead of {type}");
    }

    // Neither gaps nor overlaps, so that nothing can hide in the file and no byte belongs to two tensors.
    private static void CheckRanges(Dictionary<string, SafetensorsEntry> entries, long dataBytes)
    {
        var position = 0L;
        foreach (var (name, entry) in entries.OrderBy(entry => entry.Value.Offset).ThenBy(entry => entry.Value.Bytes))
        {
            var end = entry.Offset + entry.Bytes;
            if (end > dataBytes) throw new InvalidDataException($"it is truncated: tensor '{PrintableText.Of(name)}' ends at byte {end} of {dataBytes}");
            if (entry.Offset != position)
                throw new InvalidDataException($"tensor '{PrintableText.Of(name)}' starts at byte {entry.Offset} where {position} was expected");
            position = end;
        }
        if (position != dataBytes) throw new InvalidDataException($"{dataBytes - position} bytes after the last tensor belong to none");
    }

    /// <summary>A tensor as the header has it.</summary>
    private sealed record Described(string DType, long[] Shape, long Start, long End)
    {
        public SafetensorsEntry Check(string name)
        {
            name = PrintableText.Of(name);
            if (!DTypes.TryGetValue(DType, out var type))
                throw new InvalidDataException($"tensor '{name}' has dtype {PrintableText.Of(DType)}; known: {string.Join(", ", DTypes.Keys)}");

            // Lengths beside a 0 count too: they still have to make strides.
            var extent = Shape.Aggregate((UInt128)1, (product, length) => product > MaxElements ? product : product * (ulong)Math.Max(1, length));
            if (Shape.Any(length => length < 0) || extent > MaxElements) throw new InvalidDataException($"tensor '{name}' has shape [{string.Join(", ", Shape)}]");
            var bytes = Shape.Contains(0) ? 0 : extent * (ulong)type.Size;
            return Start >= 0 && End >= Start && (UInt128)(ulong)(End - Start) == bytes
                ? new SafetensorsEntry(type.Type, Shape, Start, End - Start)
                : throw new InvalidDataException($"tensor '{name}' of {bytes} bytes is given the byte range {Start}-{End}");
        }
    }
}
