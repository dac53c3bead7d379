using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Atelier.Diffusion.Tests.Weights;

/// <summary>A file like torch.save's, sound or not.</summary>
internal sealed class HandMadeCheckpoint : IDisposable
{
    public static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356");

    private HandMadeCheckpoint(byte[] content) => File.WriteAllBytes(Path, content);

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public static HandMadeCheckpoint Of(byte[] content) => new(content);

    /// <summary>The zip format: <c>data.pkl</c> and the storages by key.</summary>
    public static HandMadeCheckpoint Zip(byte[] pickle, params (string Key, float[] Elements)[] storages) =>
        ZipOf([("archive/data.pkl", pickle), .. storages.Select(storage => ($"archive/data/{storage.Key}", Bytes(storage.Elements)))]);

    public static HandMadeCheckpoint ZipOf(params (string Name, byte[] Content)[] entries) => new(ZipBytes(CompressionLevel.NoCompression, entries));

    public static byte[] ZipBytes(CompressionLevel compression, params (string Name, byte[] Content)[] entries)
    {
        using var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name, compression).Open();
                entry.Write(bytes);
            }
        }
        return content.ToArray();
    }

    /// <summary>The legacy format; null stands for what torch.save writes.</summary>
    public static HandMadeCheckpoint Legacy(
        byte[] root, byte[] keys, byte[] storages, byte[]? magic = null, byte[]? version = null, byte[]? system = null) => new(
    [
        .. Pickle.Program(magic ?? Pickle.Integer(Magic)), .. Pickle.Program(version ?? Pickle.Integer(1001)),
        .. Pickle.Program(system ?? Pickle.Dict(("little_endian", [0x88]))), .. Pickle.Program(root), .. Pickle.Program(keys), .. storages,
    ]);

    /// <summary>A storage of the legacy format: its number of elements, and they.</summary>
    public static byte[] LegacyStorage(long length, params float[] elements)
    {
        var count = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, length);
        return [.. count, .. Bytes(elements)];
    }

    public static byte[] Bytes(float[] elements) => MemoryMarshal.AsBytes(elements.AsSpan()).ToArray();

    public void Dispose() => File.Delete(Path);
}
