using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Atelier.Bench.Sample;

/// <summary>Resident memory of this process as Linux counts it.</summary>
internal static partial class ProcessMemory
{
    private const string ClearReferences = "/proc/self/clear_refs", ResetPeak = "5";
    private static long _highest;

    /// <summary>The most there ever was, in bytes (VmHWM).</summary>
    public static long Peak => _highest = Math.Max(_highest, Read("VmHWM:"));

    /// <summary>How far the memory grows while something runs: what was freed before goes back to the kernel first, so that none of it is used again.</summary>
    /// <param name="work">What runs.</param>
    /// <returns>Bytes.</returns>
    public static long GrowthDuring(Action work)
    {
        _ = Peak;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = Trim(0);
        File.WriteAllText(ClearReferences, ResetPeak);
        var before = Read("VmRSS:");
        work();
        return Read("VmHWM:") - before;
    }

    private static long Read(string name)
    {
        if (!OperatingSystem.IsLinux()) return Process.GetCurrentProcess().WorkingSet64;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(name.Length, line.Length - name.Length - "kB".Length), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint keep);
}
