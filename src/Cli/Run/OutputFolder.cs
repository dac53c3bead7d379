using Atelier.Abstractions;
using Atelier.Dataset.Removal;
using Atelier.Dataset.Stores;

namespace Atelier.Cli.Run;

/// <summary>The job folder of a local run, held against a second run at the same time.</summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly IDisposable _lock;

    private OutputFolder(string path, IDisposable @lock)
    {
        Store = DirectoryStore.OfJob(path, out var job);
        (JobId, _lock) = (job, @lock);
    }

    /// <summary>The store, which is the folder and nothing beside it.</summary>
    public DirectoryStore Store { get; }

    /// <summary>The job, called as the folder is.</summary>
    public string JobId { get; }

    /// <summary>Creates or reopens the folder.</summary>
    /// <exception cref="InvalidInputException">It cannot be written, is in use, or holds something other than a job.</exception>
    public static async Task<OutputFolder> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(path) is null) throw new InvalidInputException($"--out {path} is the root of a file system; give a folder of its own");
        var @lock = FolderLock.Take(path);
        try
        {
            if (!File.Exists(Path.Combine(path, "job.json"))
                && Directory.EnumerateFileSystemEntries(path).Any(entry => !Path.GetFileName(entry).StartsWith('.')))
                throw new InvalidInputException($"--out {path} is not empty and holds no job; give a new or empty folder");

            await DirectoryStore.ProbeAsync(path, cancellationToken);
            var folder = new OutputFolder(path, @lock);
            await folder.Store.CleanTemporaryFilesAsync(folder.JobId, cancellationToken);
            return folder;
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Removes what was made in the folder since somebody removed the job from it.</summary>
    public async Task ClearAsync() => await JobDeletion.DeleteAsync(Store, JobId);

    public void Dispose() => _lock.Dispose();
}
