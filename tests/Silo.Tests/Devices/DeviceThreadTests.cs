using Atelier.Silo.Devices;
using TorchSharp;

namespace Atelier.Silo.Tests.Devices;

public sealed class DeviceThreadTests
{
    [Fact]
    public async Task RunAsync_AlwaysUsesTheSameThread_WithOneIntraOpThread()
    {
        using var device = new DeviceThread("test", () => torch.set_num_threads(1));
        var first = await device.RunAsync(() => (Environment.CurrentManagedThreadId, torch.get_num_threads()));
        var second = await device.RunAsync(() => (Environment.CurrentManagedThreadId, torch.get_num_threads()));
        Assert.Equal(first, second);
        Assert.Equal(1, first.Item2);
        Assert.NotEqual(Environment.CurrentManagedThreadId, first.CurrentManagedThreadId);
    }

    [Fact]
    public async Task RunAsync_WorkThatThrows_FailsItsTaskAndNotTheThread()
    {
        using var device = new DeviceThread("test", () => { });
        await Assert.ThrowsAsync<InvalidOperationException>(() => device.RunAsync<int>(() => throw new InvalidOperationException()));
        Assert.Equal(2, await device.RunAsync(() => 2));
    }

    [Fact]
    public async Task RunAsync_AThreadThatCannotBePrepared_FailsEveryWorkWithTheReason()
    {
        using var device = new DeviceThread("test", () => throw new InvalidOperationException("no such device"));
        for (var i = 0; i < 2; i++)
            Assert.Equal("no such device", (await Assert.ThrowsAsync<InvalidOperationException>(() => device.RunAsync(() => 2))).Message);
    }
}
