namespace Atelier.Diffusion.Tests;

/// <summary>What reading a stranger's file costs.</summary>
internal static class Allocation
{
    /// <summary>Runs an action and refuses it if it allocates more than so many bytes.</summary>
    public static void AssertAtMost(long bytes, Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, bytes);
    }
}
