using System.Buffers.Binary;
using Atelier.Input;
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

    /// <summary>The keys that led to the tensors in a file of torch.save, joined by dots; empty where there were none.</summary>
    public string StateDict { get; private init; } = "";

    /// <summary>What each tensor is, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Header { get; }

    /// <summary>
    /// What all names begin with, up to a dot, where there is more than one: <c>module.</c> of a network that was saved from DataParallel, or <c>model.</c> of
    /// one that was a part of another. Empty where they share nothing.
    /// </summary>
    public string SharedPrefix
    {
        get
        {
            if (Header.Count < 2) return "";
            var shared = Header.Keys.Aggregate((shared, name) => shared[..shared.AsSpan().CommonPrefixLength(name)]);
            return shared[..(shared.LastIndexOf('.') + 1)];
        }
    }

    /// <summary>Reads and checks all but the elements. The format is that of the name's extension or, without a known one, the content's.</summary>
    /// <param name="path">File to open.</param>
    /// <param name="stateDict">
    /// Which state dict of a file of torch.save, such as <c>ema</c>: the keys that lead to it, joined by dots. Null for the outermost one. Files that
    /// are one state dict themselves leave no choice and are taken as they are.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// It is damaged, hostile or in no known format, has no such state dict or several; the message names file and reason.
    /// </exception>
    public static Checkpoint Open(string path, string? stateDict = null) =>
        Extension(path) == ".json" ? ShardIndex.Open(path, stateDict) : OpenFile(path, stateDict);

    /// <summary>Reads the tensors one after the other; the caller owns each.</summary>
    /// <returns>Names and contiguous CPU tensors, each name once.</returns>
    /// <exception cref="InvalidDataException">The elements are damaged.</exception>
    public IEnumerable<KeyValuePair<string, Tensor>> Read() => _read();

    /// <summary>The same tensors by shorter names.</summary>
    /// <param name="prefix">What to take off all names; <see cref="SharedPrefix"/> or the start of it.</param>
    internal Checkpoint WithoutPrefix(string prefix) => new(
        Path, Header.ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value),
        () => _read().Select(entry => KeyValuePair.Create(entry.Key[prefix.Length..], entry.Value)))
    { StateDict = StateDict };

    /// <summary>Opens a single file.</summary>
    internal static Checkpoint OpenFile(string path, string? stateDict)
    {
        if (!IsPyTorch(path))
            return new Checkpoint(
                path, Safetensors.ReadHeader(path).ToDictionary(entry => entry.Key, TensorEntry (entry) => entry.Value), () => Safetensors.Read(path));
        var (found, header) = PyTorchCheckpoint.ReadHeaderOf(path, stateDict);
        return new Checkpoint(path, header, () => PyTorchCheckpoint.Read(path, stateDict)) { StateDict = found };
    }

    private static bool IsPyTorch(string path)
    {
        if (Extension(path) is var extension && extension is ".safetensors" or ".pt" or ".pth" or ".ckpt" or ".bin") return extension != ".safetensors";
        using var file = RegularFile.OpenRead(path);
        var start = new byte[5];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length) return false;
        return BinaryPrimitives.ReadUInt32LittleEndian(start) == ZipSignature
            || (start[0] == (byte)PickleOpcode.Protocol && BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(1)) == LegacySignature);
    }

    private static string Extension(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant();
}
