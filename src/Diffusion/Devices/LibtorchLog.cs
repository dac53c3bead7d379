using System.Runtime.InteropServices;

namespace Atelier.Diffusion.Devices;

/// <summary>
/// The log of libtorch's C++ library. On processors that NNPACK does not know, it warns of that at every convolution of a small batch, on standard error,
/// and computes with another library, as it should. It reads its own setting, TORCH_CPP_LOG_LEVEL, under Python only.
/// </summary>
public static class LibtorchLog
{
    private const int Error = 2;

    /// <summary>Shows errors only from now on, unless TORCH_CPP_LOG_LEVEL is set. Where the library has no such log, it does nothing.</summary>
    public static void ShowErrorsOnly()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("TORCH_CPP_LOG_LEVEL") is { Length: > 0 }) return;
        // libtorch is loaded by then, and with it this part of it, by this name.
        if (NativeLibrary.TryLoad("libc10.so", out var library) && NativeLibrary.TryGetExport(library, "FLAGS_caffe2_log_level", out var level))
            Marshal.WriteInt32(level, Error);
    }
}
