using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>That the file system is asked on other threads than the caller's, which a network mount that hangs would never give back.</summary>
public sealed class DirectoryStoreThreadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Threads _threads = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EveryCall_WhileTheFileSystemHangs_ReturnsAtOnce_AndIsDoneLater()
    {
        var store = new DirectoryStore(_folder.Path, _threads);
        await store.TryCreateAsync("job/a", "abc"u8.ToArray(), Cancel);
        await store.TryCreateAsync("job/b", "b"u8.ToArray(), Cancel);
        var (finished, dropped) = (await store.OpenWriterAsync("job/finished", Cancel), await store.OpenWriterAsync("job/dropped", Cancel));
        var before = Files();
        await using var listing = store.ListAsync("job/", Cancel).GetAsyncEnumerator(Cancel);

        _threads.Hang();
        var made = store.TryCreateAsync("job/new", "x"u8.ToArray(), Cancel);
        var writer = store.OpenWriterAsync("job/written", Cancel);
        var read = store.ReadAsync("job/a", Cancel);
        var range = store.ReadRangeAsync("job/a", 1, 2, Cancel);
        var absent = store.ReadAsync("job/none", Cancel);
        var opened = store.OpenReadAsync("job/a", Cancel);
        var next = listing.MoveNextAsync().AsTask();
        var promoted = store.TryPromoteAsync("job/a", "job/second", Cancel);
        var deleted = store.DeleteAsync("job/b", Cancel);
        var cleaned = store.CleanTemporaryFilesAsync("job", Cancel);
        var completed = finished.CompleteAsync(Cancel);
        var disposed = dropped.DisposeAsync().AsTask();

        Task[] calls = [made, writer, read, range, absent, opened, next, promoted, deleted, cleaned, completed, disposed];
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        Assert.Equal(before, Files());

        _threads.GoOn();
        await Task.WhenAll(calls);
        Assert.True(await made && await promoted && await completed && await next);
        Assert.Equal("abc"u8.ToArray(), await read);
        Assert.Equal("bc"u8.ToArray(), await range);
        Assert.Null(await absent);
        await (await writer).DisposeAsync();
        await (await opened)!.DisposeAsync();
        await finished.DisposeAsync();
        Assert.Equal(["a", "finished", "new", "second"], Files());
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    /// <summary>Threads of the pool, which do nothing while they hang.</summary>
    private sealed class Threads : TaskScheduler
    {
        private readonly List<Task> _waiting = [];
        private bool _isHanging;

        public void Hang() => _isHanging = true;

        public void GoOn()
        {
            _isHanging = false;
            foreach (var task in _waiting) QueueTask(task);
        }

        protected override void QueueTask(Task task)
        {
            if (_isHanging) _waiting.Add(task);
            else ThreadPool.QueueUserWorkItem(_ => TryExecuteTask(task));
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _waiting;
    }
}
