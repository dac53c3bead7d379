using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Labels;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Labels;

public sealed class JobLabelFilesTests
{
    private static readonly DateTimeOffset Created = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_ByManyAtOnce_LosesNothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => AddAsync($"label-{number:D2}", Created), Cancel)));
        var numbers = await JobLabelFiles.ListAsync(_store, Cancel);
        Assert.Equal([new KeyValuePair<string, int>("job", 19)], numbers);
        var last = await JobLabelFiles.ReadAsync(_store, "job", 19, Cancel);
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"label-{number:D2}"), last!.Labels);
        Assert.Equal(("ada", Created.AddMinutes(1), Created), (last.By, last.Changed, last.JobCreated));
    }

    [Fact]
    public async Task Change_ThatChangesNothing_WritesNothing()
    {
        await AddAsync("a", Created);
        await AddAsync("a", Created);
        Assert.Equal(1, await _store.ListAsync(".labels/", Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task Change_OfAJobThatHasTheNameOfAnother_BeginsAnew()
    {
        await AddAsync("old", Created);
        await AddAsync("new", Created.AddDays(1));
        Assert.Equal(["new"], (await JobLabelFiles.ReadAsync(_store, "job", 1, Cancel))!.Labels);
    }

    [Fact]
    public async Task Labels_GoWithTheirJob_AndItsFolderIsNoJob()
    {
        await JobIndex.AddAsync(_store, "job", Cancel);
        await AddAsync("a", Created);
        await Removal.RemovedAsync(_store, "job");
        Assert.Empty(await _store.ListAsync("", Cancel).ToListAsync(Cancel));
        Assert.False(JobIndex.IsName(".labels"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a,b")]
    [InlineData("a\nb")]
    public void Check_ALabelThatIsNotAllowed_SaysWhatIs(string label)
    {
        var refused = Assert.Throws<InvalidInputException>(() => JobLabels.Check([label]));
        Assert.EndsWith("; allowed: 1 to 60 characters, no comma and no control character, and no space at its ends", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], JobLabels.Check(["b", "a", "b"]));
    }

    private Task<JobLabels?> AddAsync(string label, DateTimeOffset created) => JobLabelFiles.ChangeAsync(
        _store, "job", created, "ada", Created.AddMinutes(1),
        last => new JobLabels { JobCreated = created, By = "", Changed = created, Labels = JobLabels.Check([.. last?.Labels ?? [], label]) }, Cancel);

    private static class Removal
    {
        public static Task<(int Removed, int Foreign)> RemovedAsync(IStore store, string job) => Dataset.Removal.JobDeletion.DeleteAsync(store, job, Cancel);
    }
}
