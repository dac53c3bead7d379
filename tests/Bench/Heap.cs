namespace Atelier.Bench;

/// <summary>The managed heap.</summary>
internal static class Heap
{
    /// <summary>Bytes that are reachable, after forced collections.</summary>
    public static long Bytes()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
