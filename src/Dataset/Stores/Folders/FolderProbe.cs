using Atelier.Abstractions;

namespace Atelier.Dataset.Stores.Folders;

/// <summary>Tries in a folder what <see cref="DirectoryStore"/> depends on: to make a file, to link it, and to be refused a taken name.</summary>
internal static class FolderProbe
{
    public static void Run(string root)
    {
        var temporary = Path.Combine(root, StorePath.TemporaryFolder);
        var names = Enumerable.Range(0, 2).Select(_ => Path.Combine(temporary, $"probe-{Guid.NewGuid():N}")).ToArray();
        try
        {
            Directory.CreateDirectory(temporary);
            TemporaryFile.FlushFolder(root);
            if (!TryPublish(temporary, names[0]) || TryPublish(temporary, names[0]))
                throw new IOException("a name that is taken can be taken again, so two workers could write one file");
            if (!OperatingSystem.IsWindows() && !Posix.TryLink(names[0], names[1]))
                throw new IOException("a new name is said to be taken");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(
                $"The folder '{root}' cannot hold jobs: {exception.Message.TrimEnd('.')}. "
                + "It needs to be a writable folder on a file system with hard links, such as ext4, XFS, APFS, NTFS or NFS.", exception);
        }
        finally
        {
            foreach (var name in names)
                Delete(name);
        }
    }

    private static bool TryPublish(string folder, string name)
    {
        using var file = new TemporaryFile(folder);
        file.Stream.Write("probe"u8);
        return file.TryPublish(name);
    }

    private static void Delete(string name)
    {
        try
        {
            File.Delete(name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The probe's own error says what is wrong with the folder.
        }
    }
}
