using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Dataset.Jobs;
using Atelier.Input;

namespace Atelier.Dataset.Stores;

/// <summary>
/// A store in a folder, local or shared between machines, that survives killed processes and power cuts: a file is written to
/// <c>{root}/{job}/.tmp/</c>, flushed, given its name by link(2), which fails where the name is taken, and its folder flushed. A job's
/// folder may be a link to another disk. On Windows a move without overwriting stands in for link(2); it has not been tried there.
/// </summary>
/// <param name="root">The folder; made when the first file is.</param>
/// <param name="time">The clock by which unfinished files are judged to be left over; the system's when null.</param>
public sealed class DirectoryStore(string root, TimeProvider? time = null) : IStore
{
    // A file that is being written is locked; the age only covers the moments in which its writer has no lock on it.
    private static readonly TimeSpan LeftOverAfter = TimeSpan.FromHours(1);

    private const int EntriesAtOnce = 1000;

    // Folders that a link leads to are not the job's.
    private static readonly EnumerationOptions WithoutLinks = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    // Commands that work on a job's folder hold it by this file.
    private const string LockFile = ".lock";

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    // Folders whose own names are known to be durable.
    private readonly ConcurrentDictionary<string, bool> _durableFolders = new(StringComparer.Ordinal);

    // Where the store is that of one job: what stands for the root in its paths.
    private readonly string? _job;

    private DirectoryStore(string folder, string job) : this(folder) => _job = job;

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>
    /// A store of one job, whose files lie in the folder itself, whatever its name is. Nothing outside the folder is in reach: what belongs to other jobs
    /// is not there, and cannot be written.
    /// </summary>
    /// <param name="folder">The job's folder; made when its first file is.</param>
    /// <param name="job">What the job is called in paths: the folder's name, with '-' for every character that no path may have.</param>
    public static DirectoryStore OfJob(string folder, out string job)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        job = StorePath.ToName(name);
        return new DirectoryStore(folder, job);
    }

    /// <summary>The folder's full path.</summary>
    public override string ToString() => Root;

    /// <summary>Makes the folder if needed, and tries in it what the store depends on.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">It cannot be made or written, or its file system has no hard links.</exception>
    public static Task ProbeAsync(string root, CancellationToken cancellationToken = default) =>
        Task.Run(() => FolderProbe.Run(Path.GetFullPath(root)), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return Task.Run(() => TryCreate(path, content, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return Task.Run<StoreWriter>(() => new Writer(this, path), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        var stream = await OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (stream is null)
            return null;
        await using (stream.ConfigureAwait(false))
            return await WholeFile.ReadAsync(path, stream, stream.Length, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream?>(IsInReach(path) ? OpenRead(FullPath(path)) : null);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        StorePath.CheckPrefix(prefix);
        return EnumerateAsync(_job is null ? FolderListing.Enumerate(Root, prefix) : OfThisJob(prefix), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        StorePath.Check(from);
        StorePath.Check(to);
        return Task.Run(() => TryPromote(from, to), cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return IsInReach(path) ? Task.Run(() => DeleteFile(FullPath(path)), cancellationToken) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default)
    {
        StorePath.CheckName(job);
        return Task.Run(() => CleanTemporaryFiles(TemporaryFolderOf(job + "/"), cancellationToken), cancellationToken);
    }

    /// <summary>The folders of jobs, with the jobs' names.</summary>
    internal IEnumerable<(string Job, string Folder)> JobFolders()
    {
        if (!Directory.Exists(Root)) return [];
        var folders = _job is null ? Directory.EnumerateDirectories(Root).Select(folder => (Path.GetFileName(folder), folder)) : [(_job, Root)];
        return folders.Where(job => File.Exists(Path.Combine(job.Item2, "job.json")));
    }

    /// <summary>Removes what is left of a job's folder when its files are gone: unfinished files, what a run measured of its devices, the file that holds it, and folders without files.</summary>
    internal void RemoveEmptyFolders(string job)
    {
        var folder = new DirectoryInfo(_job is null ? FullPath(job) : Root);
        if (!folder.Exists) return;
        var unfinished = new DirectoryInfo(TemporaryFolderOf(job + "/"));
        if (unfinished.Exists) unfinished.Delete(recursive: true);
        var children = folder.EnumerateDirectories("*", WithoutLinks).OrderByDescending(child => child.FullName.Length).ToList();
        if (_job is not null)
        {
            var calibrations = Path.Combine(Root, JobIndex.CalibrationsFolder);
            foreach (var file in children.Where(child => child.Parent!.FullName == calibrations).SelectMany(child => child.EnumerateFiles("*.json")))
                if (file.LinkTarget is null) file.Delete();
        }
        foreach (var child in children.Where(child => !child.EnumerateFileSystemInfos().Any())) child.Delete();
        if (folder.EnumerateFileSystemInfos().Any(entry => entry.Name != LockFile)) return;
        File.Delete(Path.Combine(folder.FullName, LockFile));
        folder.Delete();
        TemporaryFile.FlushFolder(folder.Parent!.FullName);
    }

    private bool TryCreate(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var file = new TemporaryFile(TemporaryFolderOf(path));
        file.Stream.Write(content.Span);
        cancellationToken.ThrowIfCancellationRequested();
        return TryPublish(file, path);
    }

    private bool TryPublish(TemporaryFile file, string path)
    {
        var target = FullPath(path);
        MakeDurableFolder(Path.GetDirectoryName(target)!);
        return file.TryPublish(target);
    }

    private bool TryPromote(string from, string to)
    {
        var (source, target) = (FullPath(from), FullPath(to));
        if (!File.Exists(source))
            return File.Exists(target) ? false : throw new FileNotFoundException($"The store has neither '{from}' nor '{to}'.", from);
        MakeDurableFolder(Path.GetDirectoryName(target)!);
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

    private bool TryCopy(string source, string to)
    {
        using var file = new TemporaryFile(TemporaryFolderOf(to));
        using (var content = File.OpenRead(source))
            content.CopyTo(file.Stream);
        return TryPublish(file, to);
    }

    /// <summary>Makes a folder under the root whose name, like those above it, survives a power cut.</summary>
    private void MakeDurableFolder(string folder)
    {
        if (_durableFolders.ContainsKey(folder) && Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        // Also where the folder was there: the process that made it may have been killed before it flushed the name.
        for (var child = folder; child.Length >= Root.Length && Path.GetDirectoryName(child) is { } parent; child = parent)
            FlushName(child, parent);
        _durableFolders[folder] = true;
    }

    private void FlushName(string folder, string parent)
    {
        try
        {
            TemporaryFile.FlushFolder(parent);
        }
        catch (UnauthorizedAccessException) when (folder.Length == Root.Length)
        {
            // What is above the root may be nobody's to read.
        }
    }

    private string FullPath(string path)
    {
        if (_job is null) return Path.Combine(Root, path);
        if (!IsInReach(path)) throw new UnauthorizedAccessException($"'{path}' is not a file of {Root}, which is all that this store holds");
        return Path.Combine(Root, IsOfThisJob(path) ? path[(_job.Length + 1)..] : path);
    }

    // What was measured on this machine is of no job; it is kept beside the job's files.
    private bool IsInReach(string path) => _job is null || IsOfThisJob(path) || path.StartsWith($"{JobIndex.CalibrationsFolder}/", StringComparison.Ordinal);

    private bool IsOfThisJob(string path) => path.StartsWith($"{_job}/", StringComparison.Ordinal);

    private IEnumerable<StoreEntry> OfThisJob(string prefix)
    {
        var (folder, isWithin) = ($"{_job}/", IsOfThisJob(prefix));
        if (!isWithin && !folder.StartsWith(prefix, StringComparison.Ordinal)) return [];
        return FolderListing.Enumerate(Root, isWithin ? prefix[folder.Length..] : "")
            .Where(entry => !entry.Path.StartsWith($"{JobIndex.CalibrationsFolder}/", StringComparison.Ordinal)).Select(entry => entry with { Path = folder + entry.Path });
    }

    private string TemporaryFolderOf(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 || _job is not null
            ? Path.Combine(Root, StorePath.TemporaryFolder)
            : Path.Combine(Root, path[..slash], StorePath.TemporaryFolder);
    }

    private void CleanTemporaryFiles(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_time.GetUtcNow() - file.LastWriteTimeUtc > LeftOverAfter && TemporaryFile.IsAbandoned(file.FullName))
                file.Delete();
        }
    }

    private static FileStream? OpenRead(string path)
    {
        try
        {
            return File.Exists(path) ? RegularFile.OpenRead(path, options: FileOptions.Asynchronous) : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void DeleteFile(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private static async IAsyncEnumerable<StoreEntry> EnumerateAsync(
        IEnumerable<StoreEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Off the caller's thread, which may be a grain's: reading a large folder takes a while. Many at a time: so does changing threads.
        using var chunks = entries.Chunk(EntriesAtOnce).GetEnumerator();
        while (await Task.Run(chunks.MoveNext, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entry in chunks.Current)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return entry;
            }
        }
    }

    private sealed class Writer(DirectoryStore store, string path) : StoreWriter
    {
        private readonly TemporaryFile _file = new(store.TemporaryFolderOf(path));

        public override Stream Stream => _file.Stream;

        public override Task<bool> CompleteAsync(CancellationToken cancellationToken = default) =>
            Task.Run(() => store.TryPublish(_file, path), cancellationToken);

        public override ValueTask DisposeAsync()
        {
            _file.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
