using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;

namespace Atelier.Dataset.Tests.Uploads;

public sealed class UploadedListsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 5, 20, 11, TimeSpan.Zero);
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_AreReadBackInOrder_AndGoAfterADay()
    {
        var list = await PutAsync(Now, 2500);

        Assert.Equal(list, await UploadedLists.FindAsync(_store, list.Id, Now, Cancel));
        var rows = await UploadedLists.ReadRowsAsync(_store, list, Cancel).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, 2500).Select(row => ((long)row, $"prompt {row}")), rows.Select(row => (row.Index, row.Prompt)));

        var younger = await PutAsync(Now.AddHours(1), 1);
        await UploadedLists.RemoveExpiredAsync(_store, Now.AddHours(24), Cancel);
        Assert.Null(await UploadedLists.FindAsync(_store, list.Id, Now, Cancel));
        Assert.NotNull(await UploadedLists.FindAsync(_store, younger.Id, Now, Cancel));
        Assert.All(await _store.ListAsync("", Cancel).ToListAsync(Cancel), entry => Assert.StartsWith($".uploads/{younger.Id}/", entry.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Find_AListThatHasExpiredOrWasNeverCompleted_FindsNone()
    {
        var list = await PutAsync(Now, 1);
        Assert.Null(await UploadedLists.FindAsync(_store, list.Id, Now.AddHours(24), Cancel));
        var id = UploadedLists.NewId(Now);
        await UploadedLists.WriteRowsAsync(_store, id, Rows(1), () => true, Cancel);
        Assert.Null(await UploadedLists.FindAsync(_store, id, Now, Cancel));
        Assert.Null(await UploadedLists.FindAsync(_store, "../jobs", Now, Cancel));
    }

    private async Task<UploadedList> PutAsync(DateTimeOffset now, int count)
    {
        var id = UploadedLists.NewId(now);
        var rows = await UploadedLists.WriteRowsAsync(_store, id, Rows(count), () => true, Cancel);
        var list = new UploadedList { Id = id, Name = "list.txt", Rows = rows, Bytes = 1, Sha256 = new string('a', 64), Expires = now + UploadedLists.Lifetime };
        await UploadedLists.CompleteAsync(_store, list, Cancel);
        return list;
    }

    private static IAsyncEnumerable<PromptRow> Rows(int count) => Enumerable.Range(0, count).Select(row => new PromptRow { Index = row, Prompt = $"prompt {row}" }).ToAsyncEnumerable();
}
