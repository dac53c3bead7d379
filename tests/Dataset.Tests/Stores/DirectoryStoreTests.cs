using Atelier.Abstractions;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Dataset.Tests.Stores;

public sealed class DirectoryStoreTests : StoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public DirectoryStoreTests() => Store = new DirectoryStore(_folder.Path, _time);

    protected override IStore Store { get; }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AfterAnyWrite_OnlyTheFileIsInItsJobsFolder()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);
        await Store.TryCreateAsync("job/a", "y"u8.ToArray(), Cancel);
        await using (var writer = await Store.OpenWriterAsync("job/b", Cancel))
        {
            await writer.Stream.WriteAsync(ContentOf(1), Cancel);
            Assert.Single(Directory.GetFiles(_folder.File("job/.tmp")));
            Assert.True(await writer.CompleteAsync(Cancel));
        }

        Assert.Equal([_folder.File("job/a"), _folder.File("job/b")], Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Order());
        Assert.Equal([_folder.File("job"), _folder.File("job/.tmp")], Directory.GetDirectories(_folder.Path, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task ListAsync_LinkWithinAJobToTheFolderAboveIt_IsShownAndNotFollowed()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);
        Directory.CreateSymbolicLink(_folder.File("job/up"), _folder.Path);

        Assert.Equal(["job/a", "job/up"], await Store.ListAsync("job/", Cancel).Select(entry => entry.Path).ToListAsync(Cancel));
    }

    [Fact]
    public async Task OpenReadAsync_ANamedPipe_IsRefused()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);
        await Processes.RunAsync(_folder.File("job"), "mkfifo", "pipe");

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => Store.OpenReadAsync("job/pipe", Cancel));
        Assert.Contains("is a named pipe; allowed: a regular file", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadAsync("job/pipe", Cancel));
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadRangeAsync("job/pipe", 0, 1, Cancel));
    }

    [Fact]
    public async Task ReadAsync_MoreThanIsReadWhole_IsRefused()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);
        using (var file = File.OpenWrite(_folder.File("job/a"))) file.SetLength((1L << 30) + 1);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadAsync("job/a", Cancel));
        Assert.Equal("'job/a' has 1073741825 bytes; a file that is read whole has at most 1073741824", refused.Message);
    }

    [Fact]
    public async Task TryPromoteAsync_File_IsALinkAndNotACopy()
    {
        await Store.TryCreateAsync("job/attempts/1", "bytes"u8.ToArray(), Cancel);
        await Store.TryPromoteAsync("job/attempts/1", "job/shards/1", Cancel);

        // Written behind the store's back, which only a test may do.
        await File.AppendAllTextAsync(_folder.File("job/attempts/1"), "+", Cancel);

        Assert.Equal("bytes+"u8.ToArray(), await Store.ReadAsync("job/shards/1", Cancel));
    }

    [Fact]
    public async Task TwoStores_OnOneFolder_SeeEachOthersFiles()
    {
        var other = new DirectoryStore(_folder.Path);
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);

        Assert.False(await other.TryCreateAsync("job/a", "y"u8.ToArray(), Cancel));
        Assert.Equal("x"u8.ToArray(), await other.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task CleanTemporaryFilesAsync_FileOfAKilledProcess_IsRemovedAfterAnHour()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);
        var leftOver = _folder.Write("job/.tmp/0123", "half a sha");
        var others = Directory.CreateDirectory(_folder.File("other/.tmp")).FullName;
        await File.WriteAllTextAsync(Path.Combine(others, "0123"), "half", Cancel);

        _time.SetUtcNow(File.GetLastWriteTimeUtc(leftOver).AddMinutes(59));
        await Store.CleanTemporaryFilesAsync("job", Cancel);
        Assert.True(File.Exists(leftOver));

        _time.SetUtcNow(File.GetLastWriteTimeUtc(leftOver).AddMinutes(61));
        await Store.CleanTemporaryFilesAsync("job", Cancel);
        Assert.False(File.Exists(leftOver));
        Assert.True(File.Exists(Path.Combine(others, "0123")));
    }

    [Fact]
    public async Task CleanTemporaryFilesAsync_FileStillBeingWritten_IsLeftHoweverOld()
    {
        await using var writer = await Store.OpenWriterAsync("job/slow", Cancel);
        await writer.Stream.WriteAsync(ContentOf(1), Cancel);
        await writer.Stream.FlushAsync(Cancel);

        _time.SetUtcNow(DateTimeOffset.UtcNow.AddDays(2));
        await new DirectoryStore(_folder.Path, _time).CleanTemporaryFilesAsync("job", Cancel);

        Assert.True(await writer.CompleteAsync(Cancel));
        Assert.Equal(ContentOf(1), await Store.ReadAsync("job/slow", Cancel));
    }

    [Fact]
    public async Task Store_InAJobFolderThatIsALink_WritesWhereTheLinkPoints()
    {
        using var elsewhere = new TemporaryFolder();
        File.CreateSymbolicLink(_folder.File("job"), elsewhere.Path);

        Assert.True(await Store.TryCreateAsync("job/shards/0", "x"u8.ToArray(), Cancel));

        Assert.True(File.Exists(elsewhere.File("shards/0")));
        Assert.Equal([new StoreEntry("job/shards/0", 1)], await ListAsync("job/"));
    }

    [Fact]
    public async Task Store_WhoseFolderIsTakenAway_MakesItAgain()
    {
        await Store.TryCreateAsync("job/shards/0", "x"u8.ToArray(), Cancel);
        Directory.Delete(_folder.File("job"), recursive: true);

        Assert.True(await Store.TryCreateAsync("job/shards/0", "y"u8.ToArray(), Cancel));
        Assert.Equal("y"u8.ToArray(), await Store.ReadAsync("job/shards/0", Cancel));
    }

    [Fact]
    public async Task TryCreateAsync_WhereTheFolderCannotBeMade_ThrowsAndLeavesNothing()
    {
        await Store.TryCreateAsync("job/file", "x"u8.ToArray(), Cancel);

        await Assert.ThrowsAnyAsync<IOException>(() => Store.TryCreateAsync("job/file/inside", "y"u8.ToArray(), Cancel));

        Assert.Empty(Directory.GetFiles(_folder.File("job/.tmp")));
        Assert.Equal([new StoreEntry("job/file", 1)], await ListAsync(""));
    }

    [Fact]
    public async Task ProbeAsync_NewFolder_MakesItAndLeavesNoFile()
    {
        await DirectoryStore.ProbeAsync(_folder.File("new/store"), Cancel);

        Assert.True(Directory.Exists(_folder.File("new/store")));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ProbeAsync_FileInPlaceOfTheFolder_NamesItAndTheReason()
    {
        var path = _folder.Write("store", "a file");

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => DirectoryStore.ProbeAsync(path, Cancel));

        Assert.StartsWith($"The folder '{path}' cannot hold jobs: ", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("hard links, such as ext4, XFS, APFS, NTFS or NFS.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProbeAsync_FolderThatCannotBeWritten_NamesItAndTheReason()
    {
        // Even root may write nothing here.
        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => DirectoryStore.ProbeAsync("/proc/store", Cancel));

        Assert.StartsWith("The folder '/proc/store' cannot hold jobs: ", exception.Message, StringComparison.Ordinal);
    }
}
