using System.Runtime.InteropServices;

namespace Atelier.Silo.Drawing;

/// <summary>Tells errors that a row may cause from those of memory, device and disk, which say nothing of the data.</summary>
internal static class SamplerFault
{
    // libtorch's errors arrive as ExternalException with its text; these words are in those of devices, their libraries and allocators.
    private static readonly string[] MachineWords =
        ["memory", "alloc", "cuda", "cudnn", "cublas", "cusolver", "nvrtc", "nccl", "driver", "device", "primitive", "expected false to be true"];

    private static readonly string[] MemoryWords = ["memory", "alloc"];

    /// <summary>Whether the error says that a device or the machine has no memory left.</summary>
    /// <param name="error">What sampling a batch threw.</param>
    public static bool IsOfMemory(Exception error) => error is OutOfMemoryException
        || error is ExternalException native and not SEHException && Array.Exists(MemoryWords, word => native.Message.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the error may be a row's.</summary>
    /// <param name="error">What sampling a batch threw.</param>
    public static bool MayBeOfRow(Exception error) => error switch
    {
        OperationCanceledException or ObjectDisposedException or OutOfMemoryException => false,
        IOException or UnauthorizedAccessException => false,
        TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException => false,
        SEHException => false,
        ExternalException native => !Array.Exists(MachineWords, word => native.Message.Contains(word, StringComparison.OrdinalIgnoreCase)),
        AggregateException several => several.InnerExceptions.All(MayBeOfRow),
        _ => true,
    };
}
