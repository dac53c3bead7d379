using System.Buffers.Binary;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// Named tensors in any of the known formats: a safetensors file; several of them with a Hugging Face index (<c>*.index.json</c>); or what
/// torch.save wrote (<c>.pt</c>, <c>.pth</c>, <c>.ckpt</c>, <c>.bin</c>). No format can run code.
/// </summary>
public sealed class Checkpoint
{
    // Local file header of a zip archive (PKWARE APPNOTE 4.3.7), and how the legacy format's first pickle begins: protocol 2, a number of
    // ten bytes, the magic one.
    private const uint ZipSignature = 0x04034B50, LegacySignature = 0x6C0A8A02;

    private readonly Func<IEnumerable<KeyValuePair<string, Tensor>>> _read;

    internal Checkpoint(string path, IReadOnlyDictionary<string, TensorEntry> header, Func<IEnumerable<KeyValuePair<string, Tensor>>> read) =>
        (Path, Header, _read) = (path, header, read);

    /// <summary>The file that was opened.</summary>
    public string Path { get; }

    /// <summary>What each tensor is, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Header { get; }

    /// <summary>Reads and checks all but the elements. The format is that of the name's extension or, without a known one, the content's.</summary>
    /// <param name="path">File to open.</param>
    /// <exception cref="InvalidDataException">It is damaged, hostile or in no known format; the message names file and reason.</exception>
    public static Checkpoint Open(string path) => Extension(path) == ".json" ? ShardIndex.Open(path) : OpenFile(path);

    /// <summary>Reads the tensors one after the other; the caller owns each.</summary>
    /// <returns>Names and contiguous CPU tensors, each name once.</returns>
    /// <exception cref="InvalidDataException">The elements are damaged.</exception>
    public IEnumerable<KeyValuePair<string, Tensor>> Read() => _read();

    /// <summary>Opens a single file.</summary>
    internal static Checkpoint OpenFile(string path) => IsPyTorch(path)
        ? new Checkpoint(path, PyTorchCheckpoint.ReadHeader(path), () => PyTorchCheckpoint.Read(path))
        : new Checkpoint(
            path, Safetensors.ReadHeader(path).ToDictionary(entry => entry.Key, TensorEntry (entry) => entry.Value), () => Safetensors.Read(path));

    private static bool IsPyTorch(string path)
    {
        if (Extension(path) is var extension && extension is ".safetensors" or ".pt" or ".pth" or ".ckpt" or ".bin") return extension != ".safetensors";
        using var file = File.OpenRead(path);
        var start = new byte[5];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length) return false;
        return BinaryPrimitives.ReadUInt32LittleEndian(start) == ZipSignature
            || (start[0] == (byte)PickleOpcode.Protocol && BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(1)) == LegacySignature);
    }

    private static string Extension(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant();
}
