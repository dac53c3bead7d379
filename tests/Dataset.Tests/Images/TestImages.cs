using Atelier.Dataset.Images;

namespace Atelier.Dataset.Tests.Images;

/// <summary>Images that tests can make again.</summary>
internal static class TestImages
{
    /// <summary>Every pixel at random.</summary>
    public static RgbImage Noise(int width, int height, int seed = 1)
    {
        var pixels = new byte[3 * width * height];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>A smooth image, which lossy formats keep well.</summary>
    public static RgbImage Gradient(int width, int height, int blue = 100)
    {
        var pixels = new byte[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * ((y * width) + x);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(255 * x / width), (byte)(255 * y / height), (byte)blue);
            }
        }
        return new RgbImage(width, height, pixels);
    }
}
