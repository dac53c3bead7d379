using Atelier.Dataset.Catalogue;

namespace Atelier.Dataset.Stores.Folders;

/// <summary>Where the files of a store are in its folder. Only listings ask the file system.</summary>
/// <param name="root">The folder's full path.</param>
/// <param name="job">Where the store is that of one job, what stands for the root in its paths; otherwise null.</param>
internal sealed class FolderLayout(string root, string? job)
{
    /// <summary>The folder.</summary>
    public string Root => root;

    /// <summary>The only job; null where there may be any number.</summary>
    public string? Job => job;

    /// <summary>Where the calibrations are of a store of one job. What was measured on this machine is of no job; it is kept beside the job's files.</summary>
    public string Calibrations { get; } = Path.Combine(root, JobIndex.CalibrationsFolder);

    /// <summary>Whether the store can have a file of that path.</summary>
    public bool IsInReach(string path) => job is null || IsOfThisJob(path) || IsCalibration(path);

    /// <summary>Whether a file is as good as there: a marker of the index, in a folder that is one job.</summary>
    public bool IsKeptNowhere(string path) => job is not null && path.StartsWith($"{JobIndex.Folder}/", StringComparison.Ordinal);

    /// <summary>The file of a path.</summary>
    /// <exception cref="UnauthorizedAccessException">It is not in reach.</exception>
    public string FullPath(string path)
    {
        if (job is null) return Path.Combine(root, path);
        if (!IsInReach(path)) throw new UnauthorizedAccessException($"'{path}' is not a file of {root}, which is all that this store holds");
        return Path.Combine(root, IsOfThisJob(path) ? path[(job.Length + 1)..] : path);
    }

    /// <summary>The folder of a job.</summary>
    public string JobFolder(string name) => job is null ? Path.Combine(root, name) : root;

    /// <summary>The folder for what is to become a file of that path: on its file system, which the job's folder may be the root of.</summary>
    public string TemporaryFolderOf(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 || job is not null
            ? Path.Combine(root, StorePath.TemporaryFolder)
            : Path.Combine(root, path[..slash], StorePath.TemporaryFolder);
    }

    /// <summary>The first segments of paths, in ordinal order; folders with names that no path can have are not the store's.</summary>
    public List<string> Folders()
    {
        if (!Directory.Exists(root)) return [];
        if (job is not null) return [job];
        return [.. Directory.EnumerateDirectories(root).Select(folder => Path.GetFileName(folder)).Where(StorePath.IsName).Order(StringComparer.Ordinal)];
    }

    /// <summary>The files whose path begins with a text, in ordinal order, read from the disk as they are asked for.</summary>
    public IEnumerable<StoreEntry> Enumerate(string prefix)
    {
        if (job is null) return FolderListing.Enumerate(root, prefix);
        var (folder, isWithin) = ($"{job}/", IsOfThisJob(prefix));
        if (!isWithin && !folder.StartsWith(prefix, StringComparison.Ordinal)) return [];
        return FolderListing.Enumerate(root, isWithin ? prefix[folder.Length..] : "")
            .Where(entry => !IsCalibration(entry.Path)).Select(entry => entry with { Path = folder + entry.Path });
    }

    private bool IsOfThisJob(string path) => path.StartsWith($"{job}/", StringComparison.Ordinal);

    private static bool IsCalibration(string path) => path.StartsWith($"{JobIndex.CalibrationsFolder}/", StringComparison.Ordinal);
}
