using Atelier.Dataset.Stores;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class WatchedStoreTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FaultyStore _store = new();
    private readonly StoreHealth _health;
    private readonly WatchedStore _watched;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public WatchedStoreTests()
    {
        _health = new StoreHealth(_time);
        _watched = new WatchedStore(_store, _health);
    }

    public static TheoryData<string, Func<IStore, Task>> Calls => new()
    {
        { "create", store => store.TryCreateAsync("job/b", "x"u8.ToArray(), Cancel) },
        { "open writer", store => store.OpenWriterAsync("job/c", Cancel) },
        { "read", store => store.ReadAsync("job/a", Cancel) },
        { "read range", store => store.ReadRangeAsync("job/a", 0, 1, Cancel) },
        { "open", store => store.OpenReadAsync("job/a", Cancel) },
        { "list", store => store.ListAsync("job/", Cancel).ToListAsync(Cancel).AsTask() },
        { "list folders", store => store.ListFoldersAsync(Cancel).ToListAsync(Cancel).AsTask() },
        { "promote", store => store.TryPromoteAsync("job/a", "job/d", Cancel) },
        { "delete", store => store.DeleteAsync("job/a", Cancel) },
        { "remove folders", store => store.RemoveEmptyFoldersAsync("job", Cancel) },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task EveryCall_OfALostStore_FailsAsOneType_AndIsItsTroubleUntilOneGoesWell(string call, Func<IStore, Task> make)
    {
        await _watched.TryCreateAsync("job/a", "abc"u8.ToArray(), Cancel);
        _store.Lose();

        var failure = await Assert.ThrowsAsync<IOException>(() => make(_watched));

        Assert.Equal("the store cannot be used at present: the network is down", failure.Message);
        Assert.Equal((failure.Message, true), (_health.Trouble, _health.IsPausing));
        _store.Restore();
        await make(_watched);
        Assert.True(_health.Trouble is null, call);
    }

    [Fact]
    public async Task ListAsync_EntryByEntry_GivesThemAll()
    {
        foreach (var path in new[] { "job/a", "job/b" }) await _watched.TryCreateAsync(path, default, Cancel);

        Assert.Equal(["job/a", "job/b"], await _watched.ListAsync("job/", Cancel).Select(entry => entry.Path).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Writer_OfAStoreThatIsFull_FailsAsOneType_WithTheNumberOfTheFault()
    {
        const int Full = 28;
        var watched = new WatchedStore(new Refusing(_ => new FullDisk(Full)), _health);
        await using var writer = await watched.OpenWriterAsync("job/a", Cancel);

        var failure = await Assert.ThrowsAsync<IOException>(() => writer.CompleteAsync(Cancel));

        Assert.Equal(("the store cannot be used at present: no space is left", Full), (failure.Message, failure.HResult));
        Assert.Equal(failure.Message, _health.Trouble);
    }

    [Fact]
    public async Task ReadAsync_OfAFileThatIsNobodysToRead_FailsAsOneType()
    {
        var watched = new WatchedStore(new Refusing(path => new UnauthorizedAccessException($"access to {path} is denied")), _health);

        Assert.Equal(
            "the store cannot be used at present: access to job/a is denied", (await Assert.ThrowsAsync<IOException>(() => watched.ReadAsync("job/a", Cancel))).Message);
    }

    [Fact]
    public async Task WhatTheStoreSaysOfAFile_IsPassedOn_AndIsNoTrouble()
    {
        await _watched.TryCreateAsync("job/a", "abc"u8.ToArray(), Cancel);

        await Assert.ThrowsAsync<FileNotFoundException>(() => _watched.TryPromoteAsync("job/none", "job/b", Cancel));
        await Assert.ThrowsAsync<EndOfStreamException>(() => _watched.ReadRangeAsync("job/a", 3, 1, Cancel));

        Assert.Null(_health.Trouble);
    }

    [Fact]
    public async Task ACallThatIsNotAnswered_IsTroubleAfterFiveSeconds()
    {
        var answer = new TaskCompletionSource();
        _store.Creating = _ => answer.Task;
        var call = _watched.TryCreateAsync("job/a", default, Cancel);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("the store has not answered for more than 5 s", _health.Trouble);

        answer.SetResult();
        Assert.True(await call);
        Assert.Null(_health.Trouble);
    }

    [Fact]
    public async Task CallsOfManyThreads_AreAllForgottenWhenTheyAreAnswered()
    {
        await Parallel.ForAsync(0, 2_000, Cancel, async (_, cancel) => await _watched.ReadAsync("job/a", cancel));

        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(_health.Trouble);
    }

    /// <summary>A store that reads nothing and completes no file.</summary>
    private sealed class Refusing(Func<string, Exception> refusal) : IStore
    {
        public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) => throw refusal(path);

        public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default) => Task.FromResult<StoreWriter>(new Writer(refusal(path)));

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default) => throw refusal(path);

        public Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default) => throw refusal(path);

        public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default) => throw refusal(path);

        public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default) => throw refusal(prefix);

        public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) => throw refusal("");

        public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default) => throw refusal(to);

        public Task DeleteAsync(string path, CancellationToken cancellationToken = default) => throw refusal(path);

        public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default) => throw refusal(job);

        public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default) => throw refusal(job);
    }

    private sealed class Writer(Exception refusal) : StoreWriter
    {
        public override Stream Stream => Stream.Null;

        public override Task<bool> CompleteAsync(CancellationToken cancellationToken = default) => throw refusal;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FullDisk(int number) : IOException("no space is left", number);
}
