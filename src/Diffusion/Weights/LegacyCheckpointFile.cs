using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Atelier.Input;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// The format of torch.save before 1.6: pickles of a magic number, the protocol version, the byte order and type sizes, the object, and the
/// list of storage keys; then for each key the number of its elements in 8 bytes and the elements (pytorch/pytorch,
/// torch/serialization.py, <c>_legacy_save</c>).
/// </summary>
internal sealed class LegacyCheckpointFile : CheckpointFile
{
    private const long ProtocolVersion = 1001;

    private static readonly BigInteger s_magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly FileStream _file;
    private readonly string _path;
    private readonly Dictionary<string, long> _positions = [];

    public LegacyCheckpointFile(FileStream file, string path)
    {
        (_file, _path) = (file, path);
        var calls = new CheckpointCalls(path);
        if (Load() is not BigInteger magic || magic != s_magic) throw Bad("it is a pickle, but not one of torch.save");
        if (Load() is not ProtocolVersion) throw Bad($"its format is not version {ProtocolVersion}");
        if ((Load() as PickleDictionary)?.Find("little_endian") is not true) throw Bad("its byte order is not little-endian");
        Root = Load();
        if (Load() is not List<object?> keys) throw Bad("it has no list of storages");
        foreach (var key in keys) Locate(key as string ?? throw Bad("the key of a storage is no string"), calls);
        if (calls.Storages.Keys.FirstOrDefault(key => !_positions.ContainsKey(key)) is { } missing)
            throw Bad($"storage '{PrintableText.Of(missing)}' is missing");

        object? Load() => new Unpickler(file, path, calls).Load();
    }

    public override Stream OpenStorage(StorageReference storage)
    {
        // A stream of its own, as a caller may close it.
        var stream = RegularFile.OpenRead(_path);
        stream.Position = _positions[storage.Key];
        return stream;
    }

    public override void Dispose() => _file.Dispose();

    private void Locate(string key, CheckpointCalls calls)
    {
        var name = PrintableText.Of(key);
        if (!calls.Storages.TryGetValue(key, out var storage)) throw Bad($"no tensor says what the elements of storage '{name}' are");
        if (!_positions.TryAdd(key, _file.Position + sizeof(long))) throw Bad($"storage '{name}' appears twice");
        var length = new byte[sizeof(long)];
        if (_file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length) throw Bad($"it is truncated before storage '{name}'");
        if (BinaryPrimitives.ReadInt64LittleEndian(length) != storage.Length)
            throw Bad($"storage '{name}' has {BinaryPrimitives.ReadInt64LittleEndian(length)} elements instead of {storage.Length}");
        if (storage.Bytes > _file.Length - _file.Position)
            throw Bad($"it is truncated: storage '{name}' has {_file.Length - _file.Position} bytes of {storage.Bytes}");
        _file.Position += storage.Bytes;
    }

    private InvalidDataException Bad(string reason) => CheckpointError.Unusable(_path, reason);
}
