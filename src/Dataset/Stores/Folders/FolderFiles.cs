using Atelier.Input;

namespace Atelier.Dataset.Stores.Folders;

/// <summary>The files of a folder, by their paths in the store. All of it waits for the disk.</summary>
/// <param name="layout">Where they are.</param>
internal sealed class FolderFiles(FolderLayout layout)
{
    private readonly DurableFolders _folders = new(layout.Root);

    /// <summary>Makes a file, unless one is there.</summary>
    public bool TryCreate(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var file = new TemporaryFile(layout.TemporaryFolderOf(path));
        file.Stream.Write(content.Span);
        cancellationToken.ThrowIfCancellationRequested();
        return TryPublish(file, path);
    }

    /// <summary>Gives a file that is written its name, unless that is taken.</summary>
    public bool TryPublish(TemporaryFile file, string path)
    {
        var target = layout.FullPath(path);
        _folders.Make(Path.GetDirectoryName(target)!);
        return file.TryPublish(target);
    }

    /// <summary>Gives a file a second name, unless that is taken.</summary>
    /// <exception cref="FileNotFoundException">Neither name exists.</exception>
    public bool TryPromote(string from, string to)
    {
        var (source, target) = (layout.FullPath(from), layout.FullPath(to));
        if (!File.Exists(source))
            return File.Exists(target) ? false : throw new FileNotFoundException($"The store has neither '{from}' nor '{to}'.", from);
        _folders.Make(Path.GetDirectoryName(target)!);
        if (OperatingSystem.IsWindows())
            return TryCopy(source, to);
        bool promoted;
        try
        {
            promoted = Posix.TryLink(source, target);
        }
        catch (FileNotFoundException) when (File.Exists(target))
        {
            promoted = false;
        }
        TemporaryFile.FlushFolder(Path.GetDirectoryName(target)!);
        return promoted;
    }

    /// <summary>The bytes of a file; null when there is none.</summary>
    public byte[]? Read(string path)
    {
        using var file = OpenRead(path);
        if (file is null) return null;
        var whole = WholeFile.Allocate(path, file.Length);
        file.ReadExactly(whole);
        return whole;
    }

    /// <summary>Some bytes of a file; null when there is none.</summary>
    public byte[]? ReadRange(string path, long offset, int count)
    {
        using var file = OpenRead(path);
        if (file is null) return null;
        FileRange.CheckIsIn(path, file.Length, offset, count);
        var bytes = new byte[count];
        for (int done = 0, read; done < count; done += read)
        {
            read = RandomAccess.Read(file.SafeFileHandle, bytes.AsSpan(done), offset + done);
            if (read == 0) throw FileRange.PastEnd(path, offset, count);
        }
        return bytes;
    }

    /// <summary>A stream over a file; null when there is none.</summary>
    public FileStream? OpenRead(string path, FileOptions options = FileOptions.None)
    {
        if (!layout.IsInReach(path)) return null;
        var file = layout.FullPath(path);
        try
        {
            return File.Exists(file) ? RegularFile.OpenRead(file, options: options) : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes a file, if there is one.</summary>
    public void Delete(string path)
    {
        try
        {
            File.Delete(layout.FullPath(path));
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private bool TryCopy(string source, string to)
    {
        using var file = new TemporaryFile(layout.TemporaryFolderOf(to));
        using (var content = File.OpenRead(source))
            content.CopyTo(file.Stream);
        return TryPublish(file, to);
    }
}
