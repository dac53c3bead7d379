using Atelier.Silo.Devices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TorchSharp;

namespace Atelier.Silo.Tests.Devices;

public sealed class DeviceThreadTests
{
    [Fact]
    public async Task RunAsync_AlwaysUsesTheSameThread_WithOneIntraOpThread()
    {
        using var device = new DeviceThread("test", () => torch.set_num_threads(1), TimeProvider.System, NullLogger.Instance);
        var first = await device.RunAsync(() => (Environment.CurrentManagedThreadId, torch.get_num_threads()));
        var second = await device.RunAsync(() => (Environment.CurrentManagedThreadId, torch.get_num_threads()));
        Assert.Equal(first, second);
        Assert.Equal(1, first.Item2);
        Assert.NotEqual(Environment.CurrentManagedThreadId, first.CurrentManagedThreadId);
    }

    [Fact]
    public async Task RunAsync_WorkThatThrows_FailsItsTaskAndNotTheThread()
    {
        using var device = new DeviceThread("test", () => { }, TimeProvider.System, NullLogger.Instance);
        await Assert.ThrowsAsync<InvalidOperationException>(() => device.RunAsync<int>(() => throw new InvalidOperationException()));
        Assert.Equal(2, await device.RunAsync(() => 2));
    }

    [Fact]
    public async Task RunAsync_AThreadThatCannotBePrepared_FailsEveryWorkWithTheReason()
    {
        using var device = new DeviceThread("test", () => throw new InvalidOperationException("no such device"), TimeProvider.System, NullLogger.Instance);
        for (var i = 0; i < 2; i++)
            Assert.Equal("no such device", (await Assert.ThrowsAsync<InvalidOperationException>(() => device.RunAsync(() => 2))).Message);
    }

    [Fact]
    public async Task RunAsync_WorkThatGoesOnAfterItsCancellation_IsLeftBehind_AndTheThreadDoesNothingElseUntilItAnswers()
    {
        var time = new FakeTimeProvider();
        using var device = new DeviceThread("test", () => { }, time, NullLogger.Instance);
        using var answer = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var hanging = device.RunAsync(() =>
        {
            answer.Wait(CancellationToken.None);
            return 1;
        }, cancel.Token);
        var posted = new TaskCompletionSource();
        Assert.True(device.Answers.IsCompleted);

        await cancel.CancelAsync();
        while (!hanging.IsCompleted)
        {
            time.Advance(DeviceThread.Patience);
            await Task.Yield();
        }

        await Assert.ThrowsAsync<TimeoutException>(() => hanging);
        device.Post(posted.SetResult);
        Assert.False(device.Answers.IsCompleted || posted.Task.IsCompleted);
        answer.Set();
        await device.Answers.WaitAsync(TestContext.Current.CancellationToken);
        await posted.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Post_AnActionThatThrows_DoesNotEndTheThread()
    {
        using var device = new DeviceThread("test", () => { }, TimeProvider.System, NullLogger.Instance);
        device.Post(() => throw new InvalidOperationException());
        Assert.Equal(2, await device.RunAsync(() => 2));
    }
}
