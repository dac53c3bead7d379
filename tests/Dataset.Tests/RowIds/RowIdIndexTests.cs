using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Removal;
using Atelier.Dataset.RowIds;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Jobs;
using Atelier.Dataset.Tests.Stores;

namespace Atelier.Dataset.Tests.RowIds;

/// <summary>Jobs of rows in chunks of ten, of which every fourth has no id.</summary>
public sealed class RowIdIndexTests
{
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FindAsync_EveryIdOfAJob_GivesItsRow_AndAnotherGivesNone()
    {
        var plan = await StageAsync(_store, 333);
        Assert.Equal((false, null), await RowIdIndex.FindAsync(_store, "job", plan, "id 1", Cancel));

        Assert.Equal(new RowIdCounts { Rows = 333, Ids = 249 }, await RowIdIndex.BuildAsync(_store, "job", plan, Cancel));

        for (var row = 0; row < 333; row++)
            Assert.Equal((true, row % 4 == 0 ? null : (long?)row), await RowIdIndex.FindAsync(_store, "job", plan, $"id {row}", Cancel));
        Assert.Equal((true, null), await RowIdIndex.FindAsync(_store, "job", plan, "", Cancel));
    }

    [Fact]
    public async Task BuildAsync_WritesTwentyFourBytesForEachIdInTheFileOfItsHash()
    {
        var plan = await StageAsync(_store, 12);
        await RowIdIndex.BuildAsync(_store, "job", plan, Cancel);

        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in new[] { 1, 2, 3, 5, 6, 7, 9, 10, 11 })
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"id {row}")))[..32];
            // No two of these share a file.
            expected.Add($"job/ids/{hash[..2]}.bin", hash + row.ToString("x16", null));
        }
        var paths = (await TestJobs.PathsAsync(_store, "job", Cancel)).Where(path => path.EndsWith(".bin", StringComparison.Ordinal)).ToList();
        Assert.Equal(expected.Keys, paths);
        foreach (var (path, entry) in expected) Assert.Equal(entry, Convert.ToHexStringLower((await _store.ReadAsync(path, Cancel))!));
        Assert.Equal("{\n  \"rows\": 12,\n  \"ids\": 9\n}\n", Encoding.UTF8.GetString((await _store.ReadAsync("job/ids/index.json", Cancel))!));
    }

    [Fact]
    public async Task BuildAsync_KilledAfterAnyOfItsChanges_IsFoundIncompleteAndFinishedByTheNext()
    {
        var whole = new MemoryStore();
        await RowIdIndex.BuildAsync(whole, "job", await StageAsync(whole, 12), Cancel);
        var changes = 0;
        for (var done = false; !done; changes++)
        {
            var store = new MemoryStore();
            var plan = await StageAsync(store, 12);
            try
            {
                await RowIdIndex.BuildAsync(new DyingStore(store, changes), "job", plan, Cancel);
                done = true;
            }
            catch (IOException)
            {
                Assert.Equal((false, null), await RowIdIndex.FindAsync(store, "job", plan, "id 1", Cancel));
            }
            await RowIdIndex.BuildAsync(store, "job", plan, Cancel);
            Assert.Equal(await FilesAsync(whole), await FilesAsync(store));
        }
        // Nine files and the one that says that they are there.
        Assert.Equal(10 + 1, changes);
    }

    [Fact]
    public async Task BuildAsync_TwiceAtOnceAndAgain_MakesOneIndex()
    {
        var plan = await StageAsync(_store, 100);
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => RowIdIndex.BuildAsync(_store, "job", plan, Cancel), Cancel)));
        var files = await FilesAsync(_store);

        Assert.All(counts, one => Assert.Equal(new RowIdCounts { Rows = 100, Ids = 75 }, one));
        Assert.Equal(counts[0], await RowIdIndex.BuildAsync(new DyingStore(_store, 0), "job", plan, Cancel));
        Assert.Equal(files, await FilesAsync(_store));
    }

    [Fact]
    public async Task BuildAsync_AJobWithoutIds_SaysSoInOneFile()
    {
        var plan = await StageAsync(_store, 1);

        Assert.Equal(new RowIdCounts { Rows = 1, Ids = 0 }, await RowIdIndex.BuildAsync(_store, "job", plan, Cancel));

        Assert.Equal(["job/ids/index.json", "job/prompts/00000.jsonl"], await TestJobs.PathsAsync(_store, "job", Cancel));
        Assert.Equal((true, null), await RowIdIndex.FindAsync(_store, "job", plan, "id 0", Cancel));
    }

    [Fact]
    public async Task BuildAsync_AnIdOfTwoRows_IsRefusedAndNamesBoth()
    {
        var plan = await StageAsync(_store, 40, row => row is 7 or 31 or 32 ? "tw\u001bin" : $"id {row}");

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => RowIdIndex.BuildAsync(_store, "job", plan, Cancel));

        Assert.Equal("job 'job' has the id 'tw\ufffdin' in row 7 and in row 31, counted from 0; ids must differ", refused.Message);
        Assert.Equal((false, null), await RowIdIndex.FindAsync(_store, "job", plan, "id 1", Cancel));
    }

    [Fact]
    public async Task FindAsync_AnotherIdOfTheSameHash_IsNotTakenForIt()
    {
        var plan = await StageAsync(_store, 20);
        await PutAsync("sought", (HashOf("sought"), 5), (HashOf("sought"), 6));

        Assert.Equal((true, null), await RowIdIndex.FindAsync(_store, "job", plan, "sought", Cancel));
    }

    [Fact]
    public async Task FindAsync_SeveralRowsOfOneHash_GivesTheOneThatHasTheId()
    {
        var plan = await StageAsync(_store, 20);
        await PutAsync("id 6", (HashOf("id 6"), 5), (HashOf("id 6"), 6), (HashOf("id 6"), 7));

        Assert.Equal((true, 6), await RowIdIndex.FindAsync(_store, "job", plan, "id 6", Cancel));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(20)]
    [InlineData(long.MaxValue)]
    public async Task FindAsync_ARowThatTheJobDoesNotHave_NamesTheFileAndTheRow(long row)
    {
        var plan = await StageAsync(_store, 20);
        await PutAsync("sought", (HashOf("sought"), row));

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => RowIdIndex.FindAsync(_store, "job", plan, "sought", Cancel));

        Assert.Equal($"{PathOf("sought")} is damaged: it has row {row}; allowed: 0 to 19", refused.Message);
    }

    [Fact]
    public async Task FindAsync_AFileOfAnotherLength_NamesIt()
    {
        var plan = await StageAsync(_store, 20);
        await PutAsync("sought");
        await _store.DeleteAsync(PathOf("sought"), Cancel);
        await _store.TryCreateAsync(PathOf("sought"), new byte[25], Cancel);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => RowIdIndex.FindAsync(_store, "job", plan, "sought", Cancel));

        Assert.Equal($"{PathOf("sought")} is damaged: it has 25 bytes; allowed: 24 for each id", refused.Message);
    }

    [Fact]
    public async Task BuildAsync_AChunkThatIsMissingOrShort_IsNamed()
    {
        var plan = await StageAsync(_store, 20);
        var beyond = await Assert.ThrowsAsync<InvalidDataException>(() => RowIdIndex.BuildAsync(_store, "job", plan with { Rows = 21 }, Cancel));
        Assert.Equal("job/prompts/00002.jsonl is missing", beyond.Message);

        var shorter = await Assert.ThrowsAsync<InvalidDataException>(() => RowIdIndex.BuildAsync(_store, "job", plan with { Rows = 19 }, Cancel));
        Assert.Equal("job/prompts/00001.jsonl has 10 rows; the plan gives it 9", shorter.Message);
        Assert.DoesNotContain(await TestJobs.PathsAsync(_store, "job", Cancel), path => path.Contains("/ids/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Download_OfAnIndexThatIsBeingMade_LeavesIt_AndBringsAWholeOne_AndDeleteRemovesIt()
    {
        await TestJobs.CommitAsync(_store, Cancel);
        var plan = await StageAsync(_store, 10);
        await _store.TryCreateAsync("job/ids/00.bin", new byte[24], Cancel);
        var to = new MemoryStore();
        await JobDownload.CopyAsync(_store, "job", to, "job", Cancel).CountAsync(Cancel);
        Assert.DoesNotContain(await TestJobs.PathsAsync(to, "job", Cancel), path => path.Contains("/ids/", StringComparison.Ordinal));

        await RowIdIndex.BuildAsync(_store, "job", plan, Cancel);
        await JobDownload.CopyAsync(_store, "job", to, "job", Cancel).CountAsync(Cancel);
        Assert.Equal(await FilesAsync(_store), await FilesAsync(to));

        await JobDeletion.DeleteAsync(to, "job", Cancel);
        Assert.Empty(await TestJobs.PathsAsync(to, "job", Cancel));
    }

    private static async Task<JobPlan> StageAsync(MemoryStore store, int rows, Func<long, string?>? id = null)
    {
        id ??= row => row % 4 == 0 ? null : $"id {row}";
        var all = Enumerable.Range(0, rows).Select(row => new PromptRow { Index = row, Prompt = "a red circle", Id = id(row) });
        foreach (var (number, chunk) in all.Chunk(10).Index()) await JobFiles.TryCreatePromptsAsync(store, "job", number, chunk, Cancel);
        return new JobPlan { Rows = rows, ImagesPerPrompt = 1, ShardSize = 10, BatchSize = 1, ChunkRows = 10 };
    }

    /// <summary>An index in which an id has the rows that somebody wrote there.</summary>
    private async Task PutAsync(string id, params (UInt128 Hash, long Row)[] entries)
    {
        var content = new byte[entries.Length * 24];
        foreach (var (index, (hash, row)) in entries.Index())
        {
            BinaryPrimitives.WriteUInt128BigEndian(content.AsSpan(index * 24), hash);
            BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(index * 24 + 16), row);
        }
        await _store.TryCreateAsync(PathOf(id), content, Cancel);
        await _store.TryCreateAsync("job/ids/index.json", "{\"rows\": 20, \"ids\": 15}"u8.ToArray(), Cancel);
    }

    private static UInt128 HashOf(string id) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static string PathOf(string id) => $"job/ids/{(int)(HashOf(id) >> 120):x2}.bin";

    private static async Task<List<string>> FilesAsync(MemoryStore store)
    {
        var files = new List<string>();
        foreach (var path in await TestJobs.PathsAsync(store, "job", Cancel)) files.Add($"{path} {Convert.ToHexString((await store.ReadAsync(path, Cancel))!)}");
        return files;
    }
}
