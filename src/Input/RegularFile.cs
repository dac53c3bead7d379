using System.Runtime.InteropServices;
using System.Text;

namespace Atelier.Input;

/// <summary>
/// The one way to open a file that a stranger may have made, and to create one where he may have been before. What is no regular file is refused before it
/// is opened: a named pipe would wait for a writer for ever, and a device has no end. So is what is longer than its reader can use.
/// </summary>
public static partial class RegularFile
{
    // The type in a mode of stat (POSIX.1-2017, sys/stat.h), the same numbers on all systems that .NET runs on.
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int Directory = 0x4000;
    private const int Pipe = 0x1000;
    private const int Socket = 0xC000;

    /// <summary>Opens a file for reading. Links are followed.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="maxBytes">How long it may be.</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="InvalidDataException">It is no regular file, or too long; names the file.</exception>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Its permissions forbid reading.</exception>
    public static FileStream OpenRead(string path, long maxBytes = long.MaxValue, FileOptions options = FileOptions.None)
    {
        ArgumentNullException.ThrowIfNull(path);
        Check(path);
        var file = new FileStream(path, new FileStreamOptions { Share = FileShare.Read | FileShare.Delete, Options = options });
        if (file.Length <= maxBytes) return file;

        var length = file.Length;
        file.Dispose();
        throw TooLong(path, $"{length} bytes", maxBytes);
    }

    /// <summary>The content of a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="maxBytes">How long it may be.</param>
    /// <exception cref="InvalidDataException">It is no regular file, or too long; names the file.</exception>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Its permissions forbid reading.</exception>
    public static byte[] ReadAllBytes(string path, int maxBytes)
    {
        using var file = OpenRead(path, maxBytes);
        return ReadToEnd(file, path, maxBytes);
    }

    /// <summary>What is left of a stream whose length is not known, such as that of a compressed file.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="maxBytes">How much it may be.</param>
    /// <exception cref="InvalidDataException">It is more; names the file.</exception>
    public static byte[] ReadToEnd(Stream stream, string path, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var content = new MemoryStream();
        var buffer = new byte[81_920];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (content.Length + count > maxBytes) throw TooLong(path, "more", maxBytes);
            content.Write(buffer, 0, count);
        }
        return content.ToArray();
    }

    /// <summary>Creates a file in place of what has its name. A link is replaced: writing through one that a stranger put there would write wherever it leads.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Permissions forbid it, or a folder has the name.</exception>
    public static FileStream Create(string path)
    {
        File.Delete(path);
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
    }

    /// <summary>Writes a file in place of what has its name, see <see cref="Create"/>.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="content">What it is to hold.</param>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = Create(path);
        file.Write(content);
    }

    /// <summary>The same with a text, as UTF-8.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="text">What it is to hold.</param>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Copies a file's content: a link's target becomes a file, in place of what has the name.</summary>
    /// <param name="from">Path of the file.</param>
    /// <param name="to">Path of the copy.</param>
    /// <exception cref="InvalidDataException">It is no regular file; names the file.</exception>
    /// <exception cref="IOException">It cannot be read, or the copy cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Permissions forbid it.</exception>
    public static void Copy(string from, string to)
    {
        using var source = OpenRead(from);
        using var target = Create(to);
        source.CopyTo(target);
    }

    /// <summary>Refuses what exists but is no regular file; what does not exist is left to whoever opens it.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="InvalidDataException">It is no regular file; names the file.</exception>
    public static void Check(string path)
    {
        if (OperatingSystem.IsWindows() || Stat(path, out var status) != 0) return;
        var what = (status.Mode & TypeMask) switch
        {
            Regular => null,
            Directory => "a folder",
            Pipe => "a named pipe",
            Socket => "a socket",
            _ => "a device",
        };
        if (what is not null) throw new InvalidDataException($"{PrintableText.Of(path, PrintableText.PathLength)} is {what}; allowed: a regular file");
    }

    private static InvalidDataException TooLong(string path, string length, long maxBytes) =>
        new($"{PrintableText.Of(path, PrintableText.PathLength)} has {length}; allowed: at most {maxBytes} bytes");

    // .NET tells no types of files, but has what tells them for itself. Its structure begins with flags and mode, and has 128 bytes at most.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, out FileStatus status);

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct FileStatus
    {
        public int Flags;
        public int Mode;
    }
}
