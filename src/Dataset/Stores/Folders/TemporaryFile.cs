namespace Atelier.Dataset.Stores.Folders;

/// <summary>
/// A file without a name of its own yet, in the job's <c>.tmp</c> folder: on the file system of the place it is meant for. The process
/// that writes it holds a lock on it (flock on POSIX), by which others can tell that it is not left over.
/// </summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _path;

    /// <summary>Makes an empty file in a folder, and the folder.</summary>
    public TemporaryFile(string folder)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        Stream = new FileStream(_path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 128 << 10,
        });
    }

    public FileStream Stream { get; }

    /// <summary>Makes the content durable and gives it a name in an existing folder, durably.</summary>
    /// <returns>False when that name is taken.</returns>
    /// <exception cref="IOException">There is no room for it.</exception>
    public bool TryPublish(string path)
    {
        try
        {
            Stream.Flush(flushToDisk: true);
        }
        catch (ArgumentException tooLarge)
        {
            // .NET's word for EFBIG, which to callers is a full disk like any other.
            throw new IOException("the file is larger than the file system, or a limit on this process, allows", tooLarge);
        }
        // The lock is on the file, whatever its names: were it still held, readers would find the new name locked.
        Stream.Dispose();
        var published = Link(path);
        FlushFolder(Path.GetDirectoryName(path)!);
        return published;
    }

    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (Exception full) when (full is IOException or ArgumentException)
        {
            // What could not be flushed, because the disk is full or the file too large, is not wanted any more.
        }
        File.Delete(_path);
    }

    /// <summary>Whether no process is writing the file, as far as its lock tells.</summary>
    public static bool IsAbandoned(string path)
    {
        try
        {
            // A shared lock suffices to meet the writer's exclusive one, and is not in the way of readers of the file's other name.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static void FlushFolder(string folder)
    {
        // Windows has no such call; NTFS journals its names.
        if (!OperatingSystem.IsWindows())
            Posix.FlushFolder(folder);
    }

    private bool Link(string path)
    {
        if (!OperatingSystem.IsWindows())
            return Posix.TryLink(_path, path);
        try
        {
            File.Move(_path, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }
}
