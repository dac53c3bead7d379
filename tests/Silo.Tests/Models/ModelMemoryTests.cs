using Atelier.Silo.Models;

namespace Atelier.Silo.Tests.Models;

public sealed class ModelMemoryTests
{
    private readonly List<Model> _loaded = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HoldAsync_ByTwoAtOnce_LoadsOnce_AndKeepsItForBoth()
    {
        using var memory = new ModelMemory<Model>(1);
        var loading = new TaskCompletionSource<Model>();
        var (first, second) = (memory.HoldAsync("a", "cpu", () => loading.Task, Cancel), HoldAsync(memory, "a"));
        loading.SetResult(new Model("a"));

        Assert.Same((await first).Model, (await second).Model);
        Assert.Empty(_loaded);
        (await first).Dispose();
        (await first).Dispose();
        // The second still has it, however often the first gives it back.
        using var other = await HoldAsync(memory, "b");
        Assert.False((await second).Model.IsFreed);
        (await second).Dispose();
        Assert.True((await second).Model.IsFreed);
    }

    [Fact]
    public async Task HoldAsync_MoreThanTheCapacity_FreesTheLeastRecentlyUsed()
    {
        using var memory = new ModelMemory<Model>(2);
        foreach (var digest in new[] { "a", "b", "a", "c" }) (await HoldAsync(memory, digest)).Dispose();

        Assert.Equal(["b"], _loaded.Where(model => model.IsFreed).Select(model => model.Digest));
        (await HoldAsync(memory, "b")).Dispose();
        Assert.Equal(["a", "b", "c", "b"], _loaded.Select(model => model.Digest));
        Assert.Equal(["a", "b"], _loaded.Where(model => model.IsFreed).Select(model => model.Digest));
    }

    [Fact]
    public async Task HoldAsync_WhileAllAreHeld_FreesNone_UntilOneIsGivenBack()
    {
        using var memory = new ModelMemory<Model>(1);
        var holds = new[] { await HoldAsync(memory, "a"), await HoldAsync(memory, "b"), await HoldAsync(memory, "c") };
        Assert.DoesNotContain(_loaded, model => model.IsFreed);

        holds[1].Dispose();
        Assert.Equal(["b"], _loaded.Where(model => model.IsFreed).Select(model => model.Digest));
        holds[0].Dispose();
        holds[2].Dispose();
        Assert.Equal(["a", "b"], _loaded.Where(model => model.IsFreed).Select(model => model.Digest));
    }

    [Fact]
    public async Task HoldAsync_OnOtherDevices_IsCountedForEach()
    {
        using var memory = new ModelMemory<Model>(1);
        foreach (var device in new[] { "cuda:0", "cuda:1" }) (await HoldAsync(memory, "a", device)).Dispose();

        Assert.Equal(2, _loaded.Count);
        Assert.DoesNotContain(_loaded, model => model.IsFreed);
    }

    [Fact]
    public async Task HoldAsync_RoomForANewOne_IsMadeBeforeItIsLoaded()
    {
        using var memory = new ModelMemory<Model>(1);
        (await HoldAsync(memory, "a")).Dispose();

        using var next = await memory.HoldAsync("b", "cpu", () => Task.FromResult(new Model(_loaded[0].IsFreed ? "after" : "before")), Cancel);

        Assert.Equal("after", next.Model.Digest);
    }

    [Fact]
    public async Task HoldAsync_AfterAFailure_TriesAgain_ButWhoWaitedForItFails()
    {
        using var memory = new ModelMemory<Model>(1);
        var loading = new TaskCompletionSource<Model>();
        var waiting = Enumerable.Range(0, 2).Select(_ => memory.HoldAsync("a", "cpu", () => loading.Task, Cancel)).ToList();
        loading.SetException(new InvalidDataException("damaged"));
        foreach (var task in waiting) await Assert.ThrowsAsync<InvalidDataException>(() => task);

        using var hold = await HoldAsync(memory, "a");
        Assert.Equal("a", hold.Model.Digest);
    }

    [Fact]
    public async Task HoldAsync_GivenUpWhileItFails_IsNotRememberedEither()
    {
        using var memory = new ModelMemory<Model>(1);
        using var cancel = new CancellationTokenSource();
        var loading = new TaskCompletionSource<Model>();
        var waiting = memory.HoldAsync("a", "cpu", () => loading.Task, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        loading.SetException(new InvalidDataException("damaged"));
        // It is known to have failed as soon as a second look at it ends.
        await Record.ExceptionAsync(() => HoldAsync(memory, "a"));

        using var hold = await HoldAsync(memory, "a");
        Assert.Equal("a", hold.Model.Digest);
    }

    [Fact]
    public async Task Dispose_FreesAll()
    {
        var memory = new ModelMemory<Model>(2);
        (await HoldAsync(memory, "a")).Dispose();
        var held = await HoldAsync(memory, "b");

        memory.Dispose();
        held.Dispose();

        Assert.All(_loaded, model => Assert.True(model.IsFreed));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => HoldAsync(memory, "a"));
    }

    private Task<ModelMemory<Model>.Hold> HoldAsync(ModelMemory<Model> memory, string digest, string device = "cpu") => memory.HoldAsync(
        digest, device,
        () =>
        {
            var model = new Model(digest);
            _loaded.Add(model);
            return Task.FromResult(model);
        },
        Cancel);

    private sealed class Model(string digest) : IDisposable
    {
        public string Digest => digest;

        public bool IsFreed { get; private set; }

        public void Dispose()
        {
            Assert.False(IsFreed);
            IsFreed = true;
        }
    }
}
