using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Weights;

public sealed class TensorBytesTests
{
    [Fact]
    public void Fill_Stream_TakesAsManyBytesAsTheTensorHas()
    {
        using var stream = new MemoryStream([1, 0, 0, 0, 2, 0, 0, 0, 3]);
        var tensor = zeros(2, 1, dtype: int32);

        TensorBytes.Fill(tensor, stream);

        Assert.Equal([1, 2], tensor.data<int>().ToArray());
        Assert.Equal(8, stream.Position);
    }

    [Fact]
    public void Fill_TensorTooLargeForASpan_ReadsUntilTheStreamEnds()
    {
        // Nothing is written to its two gigabytes, so that they are never real.
        using var tensor = empty((1L << 31) + 1, dtype: uint8);

        Assert.Throws<EndOfStreamException>(() => TensorBytes.Fill(tensor, Stream.Null));
    }
}
