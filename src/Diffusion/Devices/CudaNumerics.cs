using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Devices;

/// <summary>Makes CUDA devices compute the same bits every time.</summary>
public static partial class CudaNumerics
{
    private static readonly Lazy<bool> Configured = new(() =>
    {
        // cuBLAS reads it when its first handle is made, and is deterministic across streams only with it (cuBLAS documentation, "Results reproducibility").
        NativeRuntime.SetVariable("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
        SetDeterministic(true);
        return true;
    });

    /// <summary>Whether only deterministic algorithms are used; operations that have none throw.</summary>
    public static bool IsDeterministic => IsDeterministicIn(GlobalContext());

    /// <summary>
    /// Deterministic algorithms on, TF32 off, for the whole process. Call it before anything is computed on a CUDA device.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">Not Linux, where libtorch's functions have other names.</exception>
    public static void Configure()
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("CUDA devices are supported on Linux only");
        _ = Configured.Value;
    }

    internal static void SetDeterministic(bool on)
    {
        SetDeterministicIn(GlobalContext(), on, warnOnly: false);
        // To fill every new tensor would cost time; nothing here reads what it has not written.
        SetFilling(GlobalContext(), false);
    }

    // TorchSharp has no binding of torch.use_deterministic_algorithms; these are the C++ functions behind it, which libtorch exports:
    // at::globalContext(), at::Context::setDeterministicAlgorithms(bool on, bool warnOnly), ...
    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint GlobalContext();

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at7Context26setDeterministicAlgorithmsEbb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void SetDeterministicIn(nint context, [MarshalAs(UnmanagedType.U1)] bool on, [MarshalAs(UnmanagedType.U1)] bool warnOnly);

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void SetFilling(nint context, [MarshalAs(UnmanagedType.U1)] bool on);

    [LibraryImport("libtorch_cpu", EntryPoint = "_ZNK2at7Context23deterministicAlgorithmsEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsDeterministicIn(nint context);
}
