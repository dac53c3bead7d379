using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Attempts;

public sealed class AttemptFilesTests
{
    private static readonly Guid Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly WorkLease Draw = new() { Id = Id, JobId = "job", Incarnation = Guid.Empty, Kind = WorkKind.Draw, Shard = 7, Duration = TimeSpan.Zero };
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BeginAsync_IsListedUntilItEnds()
    {
        await AttemptFiles.BeginAsync(_store, Draw, new AttemptNote { Worker = "w" }, Cancel);
        var begun = Assert.Single(await AttemptFiles.ListAsync(_store, "job", Cancel));
        Assert.Equal(new AttemptFile(WorkKind.Draw, 7, Id, AttemptFileKind.Begun), begun);
        Assert.Equal("w", (await AttemptFiles.ReadAsync(_store, "job", begun, Cancel))!.Worker);

        for (var call = 0; call < 2; call++) await AttemptFiles.EndAsync(_store, Draw, Cancel);
        Assert.Empty(await AttemptFiles.ListAsync(_store, "job", Cancel));
        Assert.Null(await AttemptFiles.ReadAsync(_store, "job", begun, Cancel));
    }

    [Fact]
    public async Task FailAsync_IsCountedOnceForEachAttempt_OfEachKindOfWorkAndRound()
    {
        var note = new AttemptNote { Worker = "w", Reason = "it burns" };
        for (var call = 0; call < 2; call++) await AttemptFiles.FailAsync(_store, Draw, isLoss: false, 0, note, Cancel);
        await AttemptFiles.FailAsync(_store, Draw with { Kind = WorkKind.Promote }, isLoss: false, 0, note, Cancel);
        await AttemptFiles.FailAsync(_store, Draw with { Kind = WorkKind.Close, Shard = -1 }, isLoss: false, 0, note, Cancel);
        var again = await AttemptFiles.FailAsync(_store, Draw, isLoss: true, 2, note with { Reason = "again" }, Cancel);

        Assert.Equal(
            [
                new AttemptFile(WorkKind.Draw, 7, Id, AttemptFileKind.Failed),
                new AttemptFile(WorkKind.Draw, 7, Id, AttemptFileKind.Lost, 2),
                new AttemptFile(WorkKind.Promote, 7, Id, AttemptFileKind.Failed),
                new AttemptFile(WorkKind.Close, -1, Id, AttemptFileKind.Failed),
            ],
            (await AttemptFiles.ListAsync(_store, "job", Cancel)).OrderBy(file => file.Work).ThenBy(file => file.Round));
        Assert.Equal("again", (await AttemptFiles.ReadAsync(_store, "job", again, Cancel))!.Reason);
        Assert.Equal("job/attempts/00007/00112233445566778899aabbccddeeff.r2.lost", again.PathIn("job"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12345)]
    [InlineData(123456)]
    public async Task ListAsync_OfOneShard_LeavesOutThoseWhoseNumbersBeginAlike(int shard)
    {
        foreach (var other in new[] { 3, 4, 12345, 123456, 1234567 })
        {
            await AttemptFiles.BeginAsync(_store, Draw with { Shard = other }, new AttemptNote { Worker = "w" }, Cancel);
            await AttemptFiles.BeginAsync(_store, Draw with { Shard = other, Kind = WorkKind.Promote }, new AttemptNote { Worker = "w" }, Cancel);
        }

        Assert.Equal(
            [new(WorkKind.Draw, shard, Id, AttemptFileKind.Begun), new AttemptFile(WorkKind.Promote, shard, Id, AttemptFileKind.Begun)],
            (await AttemptFiles.ListAsync(_store, "job", shard, Cancel)).OrderBy(file => file.Work));
    }

    [Theory]
    [InlineData("job/attempts/00003/00112233445566778899aabbccddeeff.tar", true)]
    [InlineData("job/attempts/123456/00112233445566778899aabbccddeeff.parquet", true)]
    [InlineData("job/attempts/00003-promotion/00112233445566778899aabbccddeeff.begun", true)]
    [InlineData("job/attempts/closing/00112233445566778899aabbccddeeff.r1.failed", true)]
    [InlineData("job/attempts/3/00112233445566778899aabbccddeeff.tar", false)]
    [InlineData("job/attempts/0000003/00112233445566778899aabbccddeeff.tar", false)]
    [InlineData("job/attempts/00003-promotion/00112233445566778899aabbccddeeff.tar", false)]
    [InlineData("job/attempts/00003/00112233445566778899aabbccddeeff.r1.begun", false)]
    [InlineData("job/attempts/00003/00112233445566778899aabbccddeeff.r0.failed", false)]
    [InlineData("job/attempts/closing-promotion/00112233445566778899aabbccddeeff.failed", false)]
    [InlineData("job/attempts/00003/00112233445566778899AABBCCDDEEFF.tar", false)]
    [InlineData("job/attempts/00003/00112233445566778899aabbccddeeff.tar\n", false)]
    [InlineData("other/attempts/00003/00112233445566778899aabbccddeeff.tar", false)]
    public void Parse_KnowsOnlyWhatPathInMakes(string path, bool isOne)
    {
        var file = AttemptFile.Parse("job", path);
        Assert.Equal(isOne, file is not null);
        if (file is { } known) Assert.Equal(path, known.PathIn("job"));
    }
}
