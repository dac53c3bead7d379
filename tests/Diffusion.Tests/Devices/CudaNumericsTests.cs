using Atelier.Diffusion.Devices;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Devices;

// The setting is the whole process's.
[Collection(nameof(Alone))]
public sealed class CudaNumericsTests
{
    [Fact]
    public void Configure_Called_LeavesDeterministicAlgorithmsAndNoTf32()
    {
        Assert.False(CudaNumerics.IsDeterministic);
        try
        {
            CudaNumerics.Configure();
            Assert.True(CudaNumerics.IsDeterministic);
            Assert.False(backends.cuda.matmul.allow_tf32);
            Assert.False(backends.cudnn.allow_tf32);
        }
        finally
        {
            CudaNumerics.SetDeterministic(false);
        }
    }
}
