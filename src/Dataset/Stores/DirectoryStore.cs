using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores.Folders;

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
    private readonly FolderFiles _files;
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
        _files = new FolderFiles(_layout);
        _threads = threads;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    /// <summary>
    /// A store of one job, whose files lie in the folder itself, whatever its name is. Nothing outside the folder is in reach: what belongs to other jobs
    /// is not there, and cannot be written. The folder is all the index there is of its job: it is not littered with <see cref="JobIndex"/>'s markers, which
    /// are not kept.
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
        return _layout.IsKeptNowhere(path) ? Task.FromResult(false) : RunAsync(() => _files.TryCreate(path, content, cancellationToken), cancellationToken);
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
        return RunAsync(() => _files.Read(path), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        FileRange.Check(offset, count);
        return RunAsync(() => _files.ReadRange(path, offset, count), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return RunAsync<Stream?>(() => _files.OpenRead(path, FileOptions.Asynchronous), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        StorePath.CheckPrefix(prefix);
        return EnumerateAsync(_layout.Enumerate(prefix), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var folder in await RunAsync(_layout.Folders, cancellationToken).ConfigureAwait(false)) yield return folder;
    }

    /// <inheritdoc/>
    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        StorePath.Check(from);
        StorePath.Check(to);
        return RunAsync(() => _files.TryPromote(from, to), cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return _layout.IsInReach(path) ? RunAsync(() => _files.Delete(path), cancellationToken) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default)
    {
        StorePath.CheckName(job);
        return RunAsync(() => FolderRemoval.CleanTemporaryFiles(_layout.TemporaryFolderOf(job + "/"), _time, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default)
    {
        StorePath.CheckName(job);
        return RunAsync(() => FolderRemoval.RemoveEmptyFolders(_layout, job), cancellationToken);
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
            store.RunAsync(() => store._files.TryPublish(_file, path), cancellationToken);

        public override ValueTask DisposeAsync() => new(store.RunAsync(_file.Dispose, CancellationToken.None));
    }
}
