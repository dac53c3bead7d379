using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// Where a position of an image is, as sines and cosines of its row and column (the two-dimensional form of Vaswani et al. 2017, arXiv:1706.03762,
/// section 3.5). Wavelengths go geometrically from twice the image's side down to two positions.
/// </summary>
public static class PositionCode
{
    private static readonly ConcurrentDictionary<(long Channels, long Height, long Width, ScalarType Type, string Device), Tensor> Codes = new();

    /// <summary>The code of an image's positions; made once for each shape, and shared.</summary>
    /// <param name="image">[N, any, H, W].</param>
    /// <param name="channels">How many numbers tell a position; divisible by 4.</param>
    /// <returns>[1, channels, H, W] in [-1, 1]: a quarter of the channels each for sine and cosine of rows, and sine and cosine of columns.</returns>
    public static Tensor For(Tensor image, int channels)
    {
        var (c, h, w) = (channels, image.shape[2], image.shape[3]);
        return Codes.GetOrAdd(((long)c, h, w, image.dtype, image.device.ToString()), _ =>
        {
            using var scope = NewDisposeScope();
            using var ordinary = inference_mode(false);
            return tensor(Values(c, h, w), [1, c, h, w]).to(image.dtype).to(image.device).DetachFromDisposeScope();
        });
    }

    private static float[] Values(long channels, long height, long width)
    {
        var quarter = channels / 4;
        var values = new float[channels * height * width];
        for (var c = 0L; c < 4 * quarter; c++)
        {
            var alongRows = c / quarter < 2;
            var side = alongRows ? height : width;
            // Half a turn over the side at first, half a turn from one position to the next at last.
            var frequency = Math.PI / side * Math.Pow(side, quarter == 1 ? 0 : c % quarter / (quarter - 1.0));
            for (var y = 0L; y < height; y++)
            {
                for (var x = 0L; x < width; x++)
                {
                    var angle = frequency * (alongRows ? y : x);
                    values[(c * height + y) * width + x] = (float)(c / quarter % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
                }
            }
        }
        return values;
    }
}
