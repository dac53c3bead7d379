namespace Atelier.Dataset.Stores.Folders;

/// <summary>Lists the files under a folder whose relative path begins with a text, in ordinal order of those paths.</summary>
internal static class FolderListing
{
    public static IEnumerable<StoreEntry> Enumerate(string root, string prefix)
    {
        var slash = prefix.LastIndexOf('/');
        var folder = prefix[..(slash + 1)];
        return Enumerate(new DirectoryInfo(Path.Combine(root, folder)), folder, prefix[(slash + 1)..]);
    }

    /// <summary>Holds the names of one folder, and of those above it that are being listed.</summary>
    private static IEnumerable<StoreEntry> Enumerate(DirectoryInfo folder, string path, string namePrefix)
    {
        foreach (var (name, child) in Children(folder, namePrefix))
        {
            // A job's folder may be a link to another disk. One further in may lead in a circle, or to the whole disk: it is shown and not followed.
            if (path.Length > 0 && child is DirectoryInfo { LinkTarget: not null })
            {
                yield return new StoreEntry(path + child.Name, 0);
            }
            else if (child is DirectoryInfo subfolder)
            {
                foreach (var entry in Enumerate(subfolder, path + name, namePrefix: ""))
                    yield return entry;
            }
            // A file deleted since its folder was read has no length.
            else if (child is FileInfo { Exists: true } file)
            {
                yield return new StoreEntry(path + name, file.Length);
            }
        }
    }

    /// <summary>What is in a folder, a subfolder's name ending with '/' so that it sorts among the files as its own files' paths do.</summary>
    private static List<(string Name, FileSystemInfo Child)> Children(DirectoryInfo folder, string namePrefix)
    {
        try
        {
            var children = folder.EnumerateFileSystemInfos()
                .Where(child => child.Name.StartsWith(namePrefix, StringComparison.Ordinal) && child.Name != StorePath.TemporaryFolder)
                .Select(child => (child is DirectoryInfo ? child.Name + "/" : child.Name, child))
                .ToList();
            children.Sort((a, b) => string.CompareOrdinal(a.Item1, b.Item1));
            return children;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
