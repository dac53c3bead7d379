using System.Text.Json;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Events;

namespace Atelier.Dashboard.Tests.Events;

public sealed class ShardMovesTests
{
    private ShardMap _map = Map(1000, _ => ShardState.Waiting);

    [Fact]
    public async Task Next_TellsWhatHasChangedSince_AsRuns()
    {
        var moves = new ShardMoves("some", _ => Task.FromResult(_map));
        Assert.Null(await moves.NextAsync(TestContext.Current.CancellationToken));
        Assert.Null(await moves.NextAsync(TestContext.Current.CancellationToken));

        _map = Map(1000, shard => shard is >= 4 and < 9 ? ShardState.Done : shard is 9 ? ShardState.SetAside : shard is 999 ? ShardState.Leased : ShardState.Waiting);
        var told = JsonDocument.Parse((await moves.NextAsync(TestContext.Current.CancellationToken))!.Data).RootElement;

        Assert.Equal(
            [(4, 5, 3), (9, 1, 2), (999, 1, 8)],
            told.GetProperty("runs").EnumerateArray().Select(run => (run.GetProperty("first").GetInt32(), run.GetProperty("count").GetInt32(), run.GetProperty("state").GetInt32())));
        Assert.Null(await moves.NextAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(1500)]
    public async Task Next_OfTooManyRuns_OrOfAnotherNumberOfShards_SaysToReadTheMapAgain(int shards)
    {
        _map = Map(2000, _ => ShardState.Waiting);
        var moves = new ShardMoves("some", _ => Task.FromResult(_map));
        await moves.NextAsync(TestContext.Current.CancellationToken);
        _map = Map(shards, shard => shard % 2 == 0 ? ShardState.Done : ShardState.Waiting);
        var told = JsonDocument.Parse((await moves.NextAsync(TestContext.Current.CancellationToken))!.Data).RootElement;
        Assert.Equal((true, 0), (told.GetProperty("many").GetBoolean(), told.GetProperty("runs").GetArrayLength()));
    }

    [Fact]
    public async Task Next_WhileNobodyCanTell_IsNothing()
    {
        var moves = new ShardMoves("some", _ => throw new IOException("the store is away"));
        Assert.Null(await moves.NextAsync(TestContext.Current.CancellationToken));
    }

    private static ShardMap Map(int shards, Func<int, ShardState> stateOf) => ShardMap.Of(0, shards, shards, stateOf);
}
