using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Dataset.Stores.Folders;
using Atelier.Input;

namespace Atelier.Dataset.Stores;

/// <summary>
/// A store in a folder, local or shared between machines, that survives killed processes and power cuts: a file is written to
/// <c>{root}/{job}/.tmp/</c>, flushed, given its name by link(2), which fails where the name is taken, and its folder flushed. A job's
/// folder may be a link to another disk. On Windows a move without overwriting stands in for link(2); it has not been tried there.
/// The file system is asked on threads of the pool only: a network mount that hangs keeps no caller's thread.
/// </summary>
public sealed class DirectoryStore : IStore
{
    private const int EntriesAtOnce = 1000;

    private readonly TimeProvider _time;
    private readonly FolderLayout _layout;
    private readonly DurableFolders _folders;
    private readonly TaskScheduler _threads;

    /// <summary>A store of any number of jobs.</summary>
    /// <param name="root">The folder; made when the first file is.</param>
    /// <param name="time">The clock by which unfinished files are judged to be left over; the system's when null.</param>
    public DirectoryStore(string root, TimeProvider? time = null)
        : this(root, job: null, time, TaskScheduler.Default)
    {
    }

    /// <summary>The same on other threads than those of the pool.</summary>
    internal DirectoryStore(string root, TaskScheduler threads)
        : this(root, job: null, time: null, threads)
    {
    }

    private DirectoryStore(string root, string? job, TimeProvider? time, TaskScheduler threads)
    {
        Root = Path.GetFullPath(root);
        _time = time ?? TimeProvider.System;
        _layout = new FolderLayout(Root, job);
        _folders = new DurableFolders(Root);
        _threads = threads;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

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
        return new DirectoryStore(folder, job, time: null, TaskScheduler.Default);
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
        return RunAsync(() => TryCreate(path, content, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return RunAsync<StoreWriter>(() => new Writer(this, path), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return RunAsync(() => Read(path), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        FileRange.Check(offset, count);
        return RunAsync(() => ReadRange(path, offset, count), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return RunAsync<Stream?>(() => OpenRead(path, FileOptions.Asynchronous), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        StorePath.CheckPrefix(prefix);
        return EnumerateAsync(_layout.Enumerate(prefix), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        StorePath.Check(from);
        StorePath.Check(to);
        return RunAsync(() => TryPromote(from, to), cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return _layout.IsInReach(path) ? RunAsync(() => DeleteFile(_layout.FullPath(path)), cancellationToken) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default)
    {
        StorePath.CheckName(job);
        return RunAsync(() => FolderRemoval.CleanTemporaryFiles(_layout.TemporaryFolderOf(job + "/"), _time, cancellationToken), cancellationToken);
    }

    /// <summary>The folders of jobs, with the jobs' names.</summary>
    internal IEnumerable<(string Job, string Folder)> JobFolders()
    {
        if (!Directory.Exists(Root)) return [];
        var folders = _layout.Job is { } only ? [(only, Root)] : Directory.EnumerateDirectories(Root).Select(folder => (Path.GetFileName(folder), folder));
        return folders.Where(job => File.Exists(Path.Combine(job.Item2, "job.json")));
    }

    /// <summary>Removes what is left of a job's folder when its files are gone.</summary>
    internal void RemoveEmptyFolders(string job) => FolderRemoval.RemoveEmptyFolders(_layout, job);

    private bool TryCreate(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var file = new TemporaryFile(_layout.TemporaryFolderOf(path));
        file.Stream.Write(content.Span);
        cancellationToken.ThrowIfCancellationRequested();
        return TryPublish(file, path);
    }

    private bool TryPublish(TemporaryFile file, string path)
    {
        var target = _layout.FullPath(path);
        _folders.Make(Path.GetDirectoryName(target)!);
        return file.TryPublish(target);
    }

    private bool TryPromote(string from, string to)
    {
        var (source, target) = (_layout.FullPath(from), _layout.FullPath(to));
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

    private bool TryCopy(string source, string to)
    {
        using var file = new TemporaryFile(_layout.TemporaryFolderOf(to));
        using (var content = File.OpenRead(source))
            content.CopyTo(file.Stream);
        return TryPublish(file, to);
    }

    private byte[]? Read(string path)
    {
        using var file = OpenRead(path);
        if (file is null) return null;
        var whole = WholeFile.Allocate(path, file.Length);
        file.ReadExactly(whole);
        return whole;
    }

    private byte[]? ReadRange(string path, long offset, int count)
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

    private FileStream? OpenRead(string path, FileOptions options = FileOptions.None)
    {
        if (!_layout.IsInReach(path)) return null;
        var file = _layout.FullPath(path);
        try
        {
            return File.Exists(file) ? RegularFile.OpenRead(file, options: options) : null;
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

    private async IAsyncEnumerable<StoreEntry> EnumerateAsync(IEnumerable<StoreEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Many at a time: changing threads takes a while too.
        using var chunks = entries.Chunk(EntriesAtOnce).GetEnumerator();
        while (await RunAsync(chunks.MoveNext, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entry in chunks.Current)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return entry;
            }
        }
    }

    private Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, _threads);

    private Task RunAsync(Action work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, _threads);

    private sealed class Writer(DirectoryStore store, string path) : StoreWriter
    {
        private readonly TemporaryFile _file = new(store._layout.TemporaryFolderOf(path));

        public override Stream Stream => _file.Stream;

        public override Task<bool> CompleteAsync(CancellationToken cancellationToken = default) =>
            store.RunAsync(() => store.TryPublish(_file, path), cancellationToken);

        public override ValueTask DisposeAsync() => new(store.RunAsync(_file.Dispose, CancellationToken.None));
    }
}
