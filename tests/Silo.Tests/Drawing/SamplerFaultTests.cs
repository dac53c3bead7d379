using System.Runtime.InteropServices;
using Atelier.Silo.Drawing;

namespace Atelier.Silo.Tests.Drawing;

public sealed class SamplerFaultTests
{
    [Theory]
    [InlineData("index out of range in self", true)]
    [InlineData("The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1", true)]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 MiB", false)]
    [InlineData("[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory", false)]
    [InlineData("CUDA error: an illegal memory access was encountered", false)]
    [InlineData("CUBLAS_STATUS_EXECUTION_FAILED when calling cublasSgemm", false)]
    [InlineData("could not create a primitive", false)]
    public void MayBeOfRow_ErrorsOfLibtorch_AreToldApartByTheirText(string message, bool expected) =>
        Assert.Equal(expected, SamplerFault.MayBeOfRow(new NativeError(message)));

    [Fact]
    public void MayBeOfRow_ErrorsOfDotNet_AreToldApartByTheirType()
    {
        Assert.True(SamplerFault.MayBeOfRow(new ArgumentException("label")));
        Assert.True(SamplerFault.MayBeOfRow(new KeyNotFoundException()));
        Assert.False(SamplerFault.MayBeOfRow(new InsufficientMemoryException()));
        Assert.False(SamplerFault.MayBeOfRow(new FileNotFoundException()));
        Assert.False(SamplerFault.MayBeOfRow(new OperationCanceledException()));
        Assert.False(SamplerFault.MayBeOfRow(new DllNotFoundException()));
    }

    // What TorchSharp throws is an ExternalException, which only the runtime may make.
    private sealed class NativeError(string message) : ExternalException(message);
}
