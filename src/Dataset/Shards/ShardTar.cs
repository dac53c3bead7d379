using System.Formats.Tar;
using System.Text;

namespace Atelier.Dataset.Shards;

/// <summary>
/// Writes the tar file of a shard as WebDataset wants it: the files of a sample follow one another and share a stem. USTAR headers that
/// hold nothing of when, where and by whom they were written.
/// </summary>
#pragma warning disable CA1001 // To dispose of a TarWriter frees nothing: it writes the end of the file, which only a complete one may have.
internal sealed class ShardTar(Stream stream)
#pragma warning restore CA1001
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Length of a header; contents are padded to a multiple of it.</summary>
    public const int BlockBytes = 512;

    // A tar file ends with two blocks of zeros (POSIX.1-1988).
    private const int EndBytes = 2 * BlockBytes;

    private readonly TarWriter _writer = new(stream, TarEntryFormat.Ustar, leaveOpen: true);
    private bool _isEmpty = true;

    /// <summary>Where the image of the sample that is added next will begin. USTAR has one header block before each file.</summary>
    public long NextImageOffset => stream.Position + BlockBytes;

    /// <summary>Adds the files of a sample, the same for every sample: image, caption, metadata.</summary>
    public async Task AddAsync(ShardRow row, byte[] image, CancellationToken cancellationToken)
    {
        await WriteAsync($"{row.Key}.{row.Format}", image, cancellationToken).ConfigureAwait(false);
        foreach (var (name, content) in Companions(row))
            await WriteAsync(name, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The files of a sample that follow its image: all that they hold is in its row.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Companions(ShardRow row)
    {
        yield return ($"{row.Key}.txt", Encoding.UTF8.GetBytes(row.Prompt.Length == 0 ? row.Label ?? "" : row.Prompt));
        yield return ($"{row.Key}.json", SampleJson.Write(row));
    }

    /// <summary>Ends the file.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        // TarWriter writes nothing at all when it had no entry, which is not a tar file to any reader.
        if (_isEmpty)
            await stream.WriteAsync(new byte[EndBytes], cancellationToken).ConfigureAwait(false);
    }

    private Task WriteAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        _isEmpty = false;
        var entry = new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            Mode = Mode,
            Uid = 0,
            Gid = 0,
            ModificationTime = DateTimeOffset.UnixEpoch,
            DataStream = new MemoryStream(content, writable: false),
        };
        return _writer.WriteEntryAsync(entry, cancellationToken);
    }
}
