using Atelier.Bench.Sample.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Bench.Sample;

/// <summary>One large operation over and over, for what the machine can do at most; tensors of one worker.</summary>
internal sealed class Peak : IDisposable
{
    private const int MatrixSize = 2048, Kernel = 3;
    private readonly Tensor _left;
    private readonly Tensor _right;
    private readonly bool _convolves;
    private readonly Device _device;

    private Peak(Tensor left, Tensor right, bool convolves, double flops) => (_left, _right, _convolves, _device, Flops) = (left, right, convolves, left.device, flops);

    /// <summary>Floating-point operations of a run.</summary>
    public double Flops { get; }

    /// <summary>A product of two float32 matrices of 2048.</summary>
    public static Peak OfMatMul(Device device) =>
        new(randn(MatrixSize, MatrixSize, device: device), randn(MatrixSize, MatrixSize, device: device), convolves: false, 2 * Math.Pow(MatrixSize, 3));

    /// <summary>A 3x3 convolution.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channelsLast">Whether the channels of a pixel lie together in memory, instead of the pixels of a channel.</param>
    /// <param name="precision">Type of inputs and weights.</param>
    /// <param name="device">Where.</param>
    public static Peak OfConvolution(OnnxConvolution shape, int batch, bool channelsLast, ScalarType precision, Device device)
    {
        return new Peak(
            Image(batch, shape.Channels, shape.Size), Image(shape.OutChannels, shape.Channels, Kernel), convolves: true, (double)batch * shape.Flops);

        Tensor Image(long n, long channels, long size)
        {
            if (!channelsLast) return randn([n, channels, size, size], precision, device);
            using var last = randn([n, size, size, channels], precision, device);
            return last.permute(0, 3, 1, 2);
        }
    }

    /// <summary>Runs it once.</summary>
    public void Run()
    {
        using var inference = inference_mode();
        using var result = _convolves ? nn.functional.conv2d(_left, _right, padding: [1, 1], strides: [1, 1]) : _left.matmul(_right);
        if (_device.type == DeviceType.CUDA) cuda.synchronize(_device);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }
}
