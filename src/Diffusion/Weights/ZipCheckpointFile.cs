using System.IO.Compression;
using System.Text;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// The format of torch.save since 1.6: a zip archive with one folder, in which <c>data.pkl</c> is the pickle and <c>data/{key}</c> are the
/// storages' elements (PyTorch documentation, "Serialization semantics", file format for torch.save).
/// </summary>
internal sealed class ZipCheckpointFile : CheckpointFile
{
    private const int MaxEntries = 1 << 19;

    // The longest match of deflate is 258 bytes, and the shortest code for it two bits (RFC 1951, section 3.2.5).
    private const long MaxInflation = 1032;

    private readonly string _path;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly string _folder;

    public ZipCheckpointFile(FileStream file, string path)
    {
        _path = path;
        try
        {
            _archive = new ZipArchive(file, ZipArchiveMode.Read);
            _ = _archive.Entries;
        }
        catch (InvalidDataException damaged)
        {
            throw Bad($"the zip archive is damaged: {damaged.Message}", damaged);
        }
        if (_archive.Entries.Count > MaxEntries) throw Bad($"it has more than {MaxEntries} files");
        foreach (var entry in _archive.Entries)
        {
            if (entry.IsEncrypted) throw Bad($"its file {CheckpointError.Printable(entry.FullName)} is encrypted");
            if (!_entries.TryAdd(entry.FullName, entry)) throw Bad($"it has the file {CheckpointError.Printable(entry.FullName)} twice");
        }

        var pickles = _entries.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1).ToArray();
        if (pickles is not [var pickle]) throw Bad($"it has {pickles.Length} files <folder>/data.pkl instead of one");
        _folder = pickle[..^"data.pkl".Length];
        CheckByteOrder();
        var calls = new CheckpointCalls(path);
        // Copied, as a stream of an archive is slow byte by byte.
        using (var content = new MemoryStream(ReadSmall(_entries[pickle], PickleReader.MaxBytes)))
            Root = new Unpickler(content, path, calls).Load();
        foreach (var storage in calls.Storages.Values) CheckStorage(storage);
    }

    public override Stream OpenStorage(StorageReference storage) => _entries[NameOf(storage)].Open();

    public override void Dispose() => _archive.Dispose();

    private void CheckByteOrder()
    {
        if (!_entries.TryGetValue(_folder + "byteorder", out var entry)) return;
        var order = Encoding.ASCII.GetString(ReadSmall(entry, 16));
        if (order != "little") throw Bad($"its byte order is '{CheckpointError.Printable(order)}'; known: little");
    }

    private void CheckStorage(StorageReference storage)
    {
        var name = CheckpointError.Printable(NameOf(storage));
        if (!_entries.TryGetValue(NameOf(storage), out var entry)) throw Bad($"it has no file {name}");
        if (entry.Length < storage.Bytes) throw Bad($"its file {name} has {entry.Length} bytes instead of {storage.Bytes}");
        if (entry.Length / MaxInflation > entry.CompressedLength)
            throw Bad($"its file {name} claims to have {entry.Length} bytes, more than {entry.CompressedLength} compressed ones can hold");
    }

    private string NameOf(StorageReference storage) => $"{_folder}data/{storage.Key}";

    private byte[] ReadSmall(ZipArchiveEntry entry, long maxBytes)
    {
        if (entry.Length > maxBytes) throw Bad($"its file {CheckpointError.Printable(entry.FullName)} has {entry.Length} bytes; at most {maxBytes} are allowed");
        try
        {
            using var stream = entry.Open();
            var content = new byte[entry.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception damaged) when (damaged is InvalidDataException or EndOfStreamException)
        {
            throw Bad($"its file {CheckpointError.Printable(entry.FullName)} is damaged: {damaged.Message}", damaged);
        }
    }

    private InvalidDataException Bad(string reason, Exception? inner = null) => CheckpointError.Unusable(_path, reason, inner);
}
