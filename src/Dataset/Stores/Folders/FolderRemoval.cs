using Atelier.Dataset.Catalogue;

namespace Atelier.Dataset.Stores.Folders;

/// <summary>Removes what a folder has besides a job's files: folders, unfinished files, and what commands leave there.</summary>
internal static class FolderRemoval
{
    // A file that is being written is locked; the age only covers the moments in which its writer has no lock on it.
    private static readonly TimeSpan LeftOverAfter = TimeSpan.FromHours(1);

    // Folders that a link leads to are not the job's.
    private static readonly EnumerationOptions WithoutLinks = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    // Commands that work on a job's folder hold it by this file.
    private const string LockFile = ".lock";

    /// <summary>Removes unfinished files that no process writes any more.</summary>
    /// <param name="folder">The folder of unfinished files.</param>
    /// <param name="time">The clock by which they are judged to be left over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static void CleanTemporaryFiles(string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (time.GetUtcNow() - file.LastWriteTimeUtc > LeftOverAfter && TemporaryFile.IsAbandoned(file.FullName))
                file.Delete();
        }
    }

    /// <summary>Removes what is left of a job's folder when its files are gone: unfinished files, what a run measured of its devices, the file that holds it, and folders without files; and its folder in the index.</summary>
    public static void RemoveEmptyFolders(FolderLayout layout, string job)
    {
        var index = new DirectoryInfo(Path.Combine(layout.Root, JobIndex.Folder, job));
        if (index.Exists && !index.EnumerateFileSystemInfos().Any()) index.Delete();
        var folder = new DirectoryInfo(layout.JobFolder(job));
        if (!folder.Exists) return;
        var unfinished = new DirectoryInfo(layout.TemporaryFolderOf(job + "/"));
        if (unfinished.Exists) unfinished.Delete(recursive: true);
        var children = folder.EnumerateDirectories("*", WithoutLinks).OrderByDescending(child => child.FullName.Length).ToList();
        if (layout.Job is not null)
        {
            foreach (var file in children.Where(child => child.Parent!.FullName == layout.Calibrations).SelectMany(child => child.EnumerateFiles("*.json")))
                if (file.LinkTarget is null) file.Delete();
        }
        foreach (var child in children.Where(child => !child.EnumerateFileSystemInfos().Any())) child.Delete();
        if (folder.EnumerateFileSystemInfos().Any(entry => entry.Name != LockFile)) return;
        File.Delete(Path.Combine(folder.FullName, LockFile));
        folder.Delete();
        TemporaryFile.FlushFolder(folder.Parent!.FullName);
    }
}
