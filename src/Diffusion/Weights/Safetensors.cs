using System.Buffers.Binary;
using System.Text.Json;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// The safetensors file format (huggingface/safetensors): an 8-byte little-endian header length, a JSON header that gives each tensor's
/// dtype, shape and byte range, then the tensors' bytes. Files are hostile input: every number is checked before it is used, see <see cref="SafetensorsHeader"/>.
/// </summary>
public static class Safetensors
{
    /// <summary>Reads and checks the header only.</summary>
    /// <param name="path">File to read.</param>
    /// <returns>What each tensor is, by name, in file order.</returns>
    /// <exception cref="InvalidDataException">Not a safetensors file, or a truncated or inconsistent one; the message names file and reason.</exception>
    public static IReadOnlyDictionary<string, SafetensorsEntry> ReadHeader(string path)
    {
        using var file = RegularFile.OpenRead(path);
        return SafetensorsHeader.Read(file, path).Entries;
    }

    /// <summary>Reads tensors one after the other; the caller owns each.</summary>
    /// <param name="path">File to read.</param>
    /// <returns>Names and CPU tensors in file order.</returns>
    /// <exception cref="InvalidDataException">As <see cref="ReadHeader(string)"/>.</exception>
    public static IEnumerable<KeyValuePair<string, Tensor>> Read(string path)
    {
        using var file = new SafetensorsFile(path);
        foreach (var name in file.Entries.Keys) yield return new(name, file.Read(name));
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
                var (dtype, (_, size)) = SafetensorsHeader.DTypes.Single(known => known.Value.Type == tensor.DType);
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
        try
        {
            using (var file = RegularFile.Create(temporary))
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
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The free text entries of the header.</summary>
    /// <param name="path">File to read.</param>
    /// <exception cref="InvalidDataException">As <see cref="ReadHeader(string)"/>.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        using var file = RegularFile.OpenRead(path);
        return SafetensorsHeader.Read(file, path).Metadata;
    }
}
