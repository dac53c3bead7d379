using Atelier.Abstractions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Jobs;

public sealed class JobIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ListAsync_OfAStoreWithoutFolders_GivesMarkedJobsInOrder_AndWhichAreFinished()
    {
        var store = new MemoryStore();
        foreach (var job in new[] { "b", "a-b", "a" })
        {
            await JobIndex.AddAsync(store, job, Cancel);
            await JobIndex.AddAsync(store, job, Cancel);
        }
        await JobIndex.FinishAsync(store, "a", Cancel);
        await store.TryCreateAsync("unmarked/job.json", default, Cancel);

        Assert.Equal([new("a", true), new("a-b", false), new JobIndexEntry("b", false)], await JobIndex.ListAsync(store, Cancel));
    }

    [Fact]
    public async Task ListAsync_OfADirectory_GivesTheFoldersThatHoldAJob_AndNothingIsWrittenForIt()
    {
        var store = new DirectoryStore(_folder.File("store"));
        Assert.Empty(await JobIndex.ListAsync(store, Cancel));
        foreach (var path in new[] { "b/job.json", "a/job.json", "a/summary.json", "pictures/cat.png" }) await store.TryCreateAsync(path, default, Cancel);
        await JobIndex.AddAsync(store, "b", Cancel);
        await JobIndex.FinishAsync(store, "b", Cancel);

        Assert.Equal([new("a", true), new JobIndexEntry("b", false)], await JobIndex.ListAsync(store, Cancel));
        Assert.False(Directory.Exists(Path.Combine(_folder.File("store"), ".jobs")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData(".jobs")]
    [InlineData(".calibrations")]
    public void CheckName_OfWhatIsNotOneFolder_SaysWhichName(string name) =>
        Assert.StartsWith($"'{name}' cannot be the name of a job: ", Assert.Throws<InvalidInputException>(() => JobIndex.CheckName(name)).Message, StringComparison.Ordinal);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
