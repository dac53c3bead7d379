using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Kernels;

/// <summary>What our own kernels need to know of tensors: where their numbers are, and whether they may be read without a record for gradients.</summary>
internal static partial class TensorMemory
{
    /// <summary>Whether a tensor is of a kind that our kernels compute: float32 in the processor's memory, and nothing will ask for gradients.</summary>
    public static bool IsPlain(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU && !is_grad_enabled();

    /// <summary>An image with the channels of a pixel side by side, [N, C, H, W] with the strides of [N, H, W, C]; copied unless it is so already.</summary>
    public static Tensor ChannelsLast(Tensor image) => image.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>Whether the channels of a pixel lie side by side in one dense block.</summary>
    public static bool IsChannelsLast(Tensor image)
    {
        var (shape, strides) = (image.shape, image.stride());
        return shape.Length == 4 && strides[1] == 1 && strides[3] == shape[1] && strides[2] == shape[1] * shape[3]
            && strides[0] == shape[1] * shape[2] * shape[3];
    }

    /// <summary>Address of the first element; valid as long as the tensor is alive.</summary>
    public static unsafe float* Data(Tensor tensor) => (float*)Data(tensor.Handle);

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint Data(nint tensor);
}
