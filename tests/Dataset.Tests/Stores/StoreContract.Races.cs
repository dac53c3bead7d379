namespace Atelier.Dataset.Tests.Stores;

/// <content>What holds when many use one file at once.</content>
public abstract partial class StoreContract
{
    private const int Racers = 8;

    [Fact]
    public async Task TryCreateAsync_ManyWritersOfOnePath_ExactlyOneWinsAndItsContentStays()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = $"job/race/{round}";
            var won = await RaceAsync(racer => Store.TryCreateAsync(path, ContentOf(racer), Cancel));

            var winner = Assert.Single(Enumerable.Range(0, Racers), racer => won[racer]);
            Assert.Equal(ContentOf(winner), await Store.ReadAsync(path, Cancel));
        }
    }

    [Fact]
    public async Task TryCreateAsync_WhileOthersRead_TheySeeNothingOrAllOfIt()
    {
        var content = ContentOf(3);
        for (var round = 0; round < 20; round++)
        {
            var path = $"job/readers/{round}";
            var outcomes = await RaceAsync(racer => racer == 0
                ? Store.TryCreateAsync(path, content, Cancel)
                : ReadsNothingOrAllAsync(path, content));

            Assert.All(outcomes, Assert.True);
        }
    }

    [Fact]
    public async Task OpenWriterAsync_ManyWritersOfOnePath_ExactlyOneWinsAndItsContentStays()
    {
        for (var round = 0; round < 10; round++)
        {
            var path = $"job/race/{round}";
            var won = await RaceAsync(racer => WriteAsync(path, ContentOf(racer)));

            var winner = Assert.Single(Enumerable.Range(0, Racers), racer => won[racer]);
            Assert.Equal(ContentOf(winner), await Store.ReadAsync(path, Cancel));
        }
    }

    [Fact]
    public async Task TryPromoteAsync_ManyFilesToOneName_ExactlyOneWinsAndItsContentStays()
    {
        for (var round = 0; round < 10; round++)
        {
            var target = $"job/shards/{round}";
            for (var racer = 0; racer < Racers; racer++)
                await Store.TryCreateAsync($"job/attempts/{round}-{racer}", ContentOf(racer), Cancel);

            var won = await RaceAsync(racer => Store.TryPromoteAsync($"job/attempts/{round}-{racer}", target, Cancel));

            var winner = Assert.Single(Enumerable.Range(0, Racers), racer => won[racer]);
            Assert.Equal(ContentOf(winner), await Store.ReadAsync(target, Cancel));
        }
    }

    [Fact]
    public async Task DeleteAsync_ByManyAtOnce_Succeeds()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);

        await RaceAsync(async _ =>
        {
            await Store.DeleteAsync("job/a", Cancel);
            return true;
        });

        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task OneName_ContestedInEveryWay_IsWonOnceAndKeepsTheWinnersBytes()
    {
        for (var round = 0; round < 10; round++)
        {
            var path = $"job/mixed/{round}";
            for (var racer = 0; racer < Racers; racer++)
                await Store.TryCreateAsync($"{path}-from-{racer}", LargeContentOf(racer), Cancel);

            var won = await RaceAsync(racer => (racer % 3) switch
            {
                0 => Store.TryCreateAsync(path, LargeContentOf(racer), Cancel),
                1 => WriteAsync(path, LargeContentOf(racer)),
                _ => Store.TryPromoteAsync($"{path}-from-{racer}", path, Cancel),
            });

            var winner = Assert.Single(Enumerable.Range(0, Racers), racer => won[racer]);
            Assert.Equal(LargeContentOf(winner), await Store.ReadAsync(path, Cancel));
        }
    }

    [Fact]
    public async Task TryCreateAsync_SixtyFourWritersOfOnePath_ExactlyOneWins()
    {
        var won = await RaceAsync(racer => Store.TryCreateAsync("job/crowd", ContentOf(racer), Cancel), racers: 64);

        var winner = Assert.Single(Enumerable.Range(0, won.Length), racer => won[racer]);
        Assert.Equal(ContentOf(winner), await Store.ReadAsync("job/crowd", Cancel));
    }

    [Fact]
    public async Task TryPromoteAsync_WhileOthersReadTheNewName_TheySeeNothingOrAllOfIt()
    {
        var content = LargeContentOf(3);
        for (var round = 0; round < 10; round++)
        {
            var (from, to) = ($"job/attempts/{round}", $"job/shards/{round}");
            await Store.TryCreateAsync(from, content, Cancel);

            var outcomes = await RaceAsync(racer => racer == 0 ? Store.TryPromoteAsync(from, to, Cancel) : ReadsNothingOrAllAsync(to, content));

            Assert.All(outcomes, Assert.True);
        }
    }

    [Fact]
    public async Task TryPromoteAsync_WhileTheFirstNameIsRead_TheReaderGetsAllOfItOrIsToldThatItIsGone()
    {
        var content = LargeContentOf(3);
        await Store.TryCreateAsync("job/attempts/1", content, Cancel);
        await using var stream = (await Store.OpenReadAsync("job/attempts/1", Cancel))!;
        var head = new byte[10];
        await stream.ReadExactlyAsync(head, Cancel);

        Assert.True(await Store.TryPromoteAsync("job/attempts/1", "job/shards/1", Cancel));
        await Store.DeleteAsync("job/attempts/1", Cancel);
        await Store.TryCreateAsync("job/attempts/1", LargeContentOf(4), Cancel);

        var tail = new byte[content.Length - head.Length];
        var gone = await Record.ExceptionAsync(() => stream.ReadExactlyAsync(tail, Cancel).AsTask());
        if (gone is null)
            Assert.Equal(content, head.Concat(tail).ToArray());
        else
            Assert.IsType<FileNotFoundException>(gone);
        Assert.Equal(content, await Store.ReadAsync("job/shards/1", Cancel));
    }

    [Fact]
    public async Task TryPromoteAsync_WhileTheFirstNameIsDeleted_TheSecondHasAllOfItOrDoesNotExist()
    {
        for (var round = 0; round < 10; round++)
        {
            var (from, to) = ($"job/attempts/{round}", $"job/shards/{round}");
            await Store.TryCreateAsync(from, LargeContentOf(round), Cancel);

            var outcomes = await RaceAsync(
                async racer =>
                {
                    if (racer > 0)
                        await Store.DeleteAsync(from, Cancel);
                    else if (await Record.ExceptionAsync(() => Store.TryPromoteAsync(from, to, Cancel)) is { } exception)
                        Assert.IsType<FileNotFoundException>(exception);
                    return true;
                },
                racers: 2);

            Assert.All(outcomes, Assert.True);
            Assert.True(await Store.ReadAsync(to, Cancel) is not { } content || content.SequenceEqual(LargeContentOf(round)));
        }
    }

    [Fact]
    public async Task TryCreateAsync_CancelledAtAnyMoment_SaysRightlyWhetherTheFileIsThere()
    {
        var random = new Random(1);
        for (var round = 0; round < 50; round++)
        {
            using var cancel = new CancellationTokenSource();
            var path = $"job/cancelled/{round}";
            var creating = Task.Run(() => Store.TryCreateAsync(path, ContentOf(round), cancel.Token), Cancel);
            Thread.SpinWait(random.Next(20_000));
            await cancel.CancelAsync();

            var cancelled = await Record.ExceptionAsync(() => creating);

            Assert.True(cancelled is null or OperationCanceledException);
            Assert.Equal(cancelled is null ? ContentOf(round) : null, await Store.ReadAsync(path, Cancel));
        }
    }

    /// <summary>200,000 bytes that name their writer: several blocks of a store that has such.</summary>
    private static byte[] LargeContentOf(int racer) => [.. Enumerable.Repeat(ContentOf(racer), 50).SelectMany(part => part)];

    private async Task<bool> WriteAsync(string path, byte[] content)
    {
        await using var writer = await Store.OpenWriterAsync(path, Cancel);
        await writer.Stream.WriteAsync(content, Cancel);
        return await writer.CompleteAsync(Cancel);
    }

    private async Task<bool> ReadsNothingOrAllAsync(string path, byte[] content)
    {
        for (var read = 0; read < 50; read++)
        {
            var seen = await Store.ReadAsync(path, Cancel);
            if (seen is not null && !seen.AsSpan().SequenceEqual(content))
                return false;
        }
        return true;
    }

    /// <summary>Starts all racers at one moment and gives what each returned.</summary>
    private static async Task<bool[]> RaceAsync(Func<int, Task<bool>> run, int racers = Racers)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = Enumerable.Range(0, racers).Select(async racer =>
        {
            await start.Task;
            return await Task.Run(() => run(racer));
        }).ToArray();
        start.SetResult();
        return await Task.WhenAll(running);
    }
}
