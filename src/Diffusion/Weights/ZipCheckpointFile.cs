using System.IO.Compression;
using System.Text;
using Atelier.Input;

namespace Atelier.Diffusion.Weights;

/// <summary>
/// The format of torch.save since 1.6: a zip archive with one folder, in which <c>data.pkl</c> is the pickle and <c>data/{key}</c> are the
/// storages' elements (PyTorch documentation, "Serialization semantics", file format for torch.save). What the archive claims is compared with what the file
/// has before anything is inflated.
/// </summary>
internal sealed class ZipCheckpointFile : CheckpointFile
{
    private const int MaxEntries = 1 << 18;

    // A network of ten thousand tensors takes one megabyte; the archive's reader makes five times as much of it.
    private const long MaxDirectoryBytes = 8 << 20;

    // The longest match of deflate is 258 bytes, and the shortest code for it two bits (RFC 1951, section 3.2.5).
    private const long MaxInflation = 1032;

    // A storage of zeros may be deflated as far as that, but a whole network is not of zeros, and no pickle so monotonous.
    private const long MaxInflationOfAll = 64, AllowedAnyway = 1 << 20;

    private readonly string _path;
    private readonly long _fileBytes;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly string _folder;

    public ZipCheckpointFile(FileStream file, string path)
    {
        (_path, _fileBytes) = (path, file.Length);
        _archive = ContentBoundary.Read(path, $"{CheckpointError.Problem}: the zip archive is damaged", () => OpenArchive(file));
        AddEntries();

        var pickles = _entries.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1).ToArray();
        if (pickles is not [var pickle]) throw Bad($"it has {pickles.Length} files <folder>/data.pkl instead of one");
        _folder = pickle[..^"data.pkl".Length];
        CheckByteOrder();
        var calls = new CheckpointCalls(path);
        // Copied, as a stream of an archive is slow byte by byte.
        using (var content = new MemoryStream(ReadSmall(_entries[pickle], PickleReader.MaxBytes)))
            Root = new Unpickler(content, path, calls).Load();
        CheckStorages(calls.Storages.Values);
    }

    public override Stream OpenStorage(StorageReference storage) => _entries[NameOf(storage)].Open();

    public override void Dispose() => _archive.Dispose();

    // The reader of archives makes its list of files, however long, before it can be asked how long it is.
    private static ZipArchive OpenArchive(FileStream file)
    {
        var metered = new MeteredStream(file) { Left = MaxDirectoryBytes };
        var archive = new ZipArchive(metered, ZipArchiveMode.Read);
        _ = archive.Entries;
        metered.Left = long.MaxValue;
        return archive;
    }

    private void AddEntries()
    {
        if (_archive.Entries.Count > MaxEntries) throw Bad($"it has more than {MaxEntries} files");
        var left = _fileBytes;
        foreach (var entry in _archive.Entries)
        {
            var name = PrintableText.Of(entry.FullName);
            if (entry.IsEncrypted) throw Bad($"its file {name} is encrypted");
            // Files that lie over each other are inflated from the same bytes again and again.
            if (entry.CompressedLength < 0 || entry.CompressedLength > left)
                throw Bad($"its file {name} claims to have {entry.CompressedLength} compressed bytes, where {left} of {_fileBytes} are left");
            left -= entry.CompressedLength;
            if (entry.Length < 0 || entry.Length / MaxInflation > entry.CompressedLength)
                throw Bad($"its file {name} claims to have {entry.Length} bytes, more than {entry.CompressedLength} compressed ones can hold");
            if (!_entries.TryAdd(entry.FullName, entry)) throw Bad($"it has the file {name} twice");
        }
    }

    private void CheckByteOrder()
    {
        if (!_entries.TryGetValue(_folder + "byteorder", out var entry)) return;
        var order = Encoding.ASCII.GetString(ReadSmall(entry, 16));
        if (order != "little") throw Bad($"its byte order is '{PrintableText.Of(order)}'; known: little");
    }

    private void CheckStorages(IEnumerable<StorageReference> storages)
    {
        var all = (UInt128)0;
        foreach (var storage in storages)
        {
            var name = PrintableText.Of(NameOf(storage));
            if (!_entries.TryGetValue(NameOf(storage), out var entry)) throw Bad($"it has no file {name}");
            if (entry.Length < storage.Bytes) throw Bad($"its file {name} has {entry.Length} bytes instead of {storage.Bytes}");
            all += (ulong)storage.Bytes;
        }
        CheckInflation("its storages claim", all, _fileBytes);
    }

    private void CheckInflation(string what, UInt128 length, long compressed)
    {
        if (length > AllowedAnyway && length / (ulong)MaxInflationOfAll > (ulong)compressed)
            throw Bad($"{what} to have {length} bytes; allowed: {MaxInflationOfAll} times the {compressed} compressed ones");
    }

    private string NameOf(StorageReference storage) => $"{_folder}data/{storage.Key}";

    private byte[] ReadSmall(ZipArchiveEntry entry, int maxBytes)
    {
        var name = PrintableText.Of(entry.FullName);
        if (entry.Length > maxBytes) throw Bad($"its file {name} has {entry.Length} bytes; at most {maxBytes} are allowed");
        CheckInflation($"its file {name} claims", (ulong)entry.Length, entry.CompressedLength);
        return ContentBoundary.Read(_path, $"{CheckpointError.Problem}: its file {name} is damaged", () =>
        {
            using var stream = entry.Open();
            // Grows with what is there: the length is a claim.
            var content = RegularFile.ReadToEnd(stream, name, maxBytes);
            return content.Length == entry.Length ? content : throw new InvalidDataException($"it has {content.Length} bytes instead of {entry.Length}");
        });
    }

    private InvalidDataException Bad(string reason) => CheckpointError.Unusable(_path, reason);
}
