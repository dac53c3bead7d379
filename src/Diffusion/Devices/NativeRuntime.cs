using System.Runtime.InteropServices;

namespace Atelier.Diffusion.Devices;

/// <summary>Settings of the C library and of OpenMP that must be made before libtorch is loaded.</summary>
public static partial class NativeRuntime
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;
    private const int SixtyFourMebibytes = 64 << 20;
    private const int OneGibibyte = 1 << 30;
    private const int OldGlibcLimit = 32 << 20;

    /// <summary>
    /// Lets idle OpenMP threads sleep instead of spin, unless OMP_WAIT_POLICY is set already, and keeps freed tensors in the process instead of
    /// returning their pages to the kernel at every free: in one heap, since those of single threads are given back whole. Call it first; on
    /// anything but Linux it does nothing.
    /// </summary>
    public static void Configure()
    {
        if (!OperatingSystem.IsLinux()) return;

        SetVariable("OMP_WAIT_POLICY", "passive");
        try
        {
            if (SetAllocatorOption(MmapThreshold, OneGibibyte) == 0) _ = SetAllocatorOption(MmapThreshold, OldGlibcLimit);
            _ = SetAllocatorOption(TrimThreshold, int.MaxValue);
            _ = SetAllocatorOption(ArenaMax, 1);
            _ = SetAllocatorOption(TopPad, SixtyFourMebibytes);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no mallopt, and no such thresholds either.
        }
    }

    /// <summary>Sets a variable for native libraries, which do not see .NET's own environment, unless it is set already.</summary>
    internal static void SetVariable(string name, string value) => _ = SetEnvironment(name, value, overwrite: 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAllocatorOption(int option, int value);
}
