using Atelier.Diffusion.Noise;
using Atelier.Diffusion.Training;

namespace Atelier.Cli.Train;

/// <summary>
/// Captioned images over and over: each epoch shows every image once, in an order of its own that is a function of (seed, epoch).
/// </summary>
/// <param name="count">How many images there are, at least 1.</param>
/// <param name="load">The image of a number at a size; called from background threads.</param>
/// <param name="seed">Decides the orders.</param>
internal sealed class ShuffledTrainingData(int count, Func<int, int, CaptionedImage> load, ulong seed) : ITrainingData
{
    private const int Rounds = 4;

    /// <inheritdoc/>
    public CaptionedImage Get(long index, int imageSize) => load(ImageAt(index), imageSize);

    /// <summary>The number of the image at a position.</summary>
    /// <param name="index">Zero-based position.</param>
    /// <remarks>
    /// A permutation that can be asked for one element: a Feistel network (Luby and Rackoff 1988, doi:10.1137/0217022) permutes the next
    /// power of four, and is walked along until it comes back below the count (Black and Rogaway 2002, doi:10.1007/3-540-45760-7_9).
    /// </remarks>
    internal int ImageAt(long index)
    {
        var epoch = index / count;
        var halfBits = 1;
        while (1L << (2 * halfBits) < count) halfBits++;

        var element = index % count;
        do element = Permute(element, halfBits, epoch);
        while (element >= count);
        return (int)element;
    }

    private long Permute(long element, int halfBits, long epoch)
    {
        var mask = (1u << halfBits) - 1;
        var (left, right) = ((uint)(element >> halfBits), (uint)element & mask);
        for (var round = 0u; round < Rounds; round++)
        {
            var (random, _, _, _) = Philox.Block(seed, right, round, (uint)epoch, (uint)(epoch >> 32));
            (left, right) = (right, left ^ (random & mask));
        }
        return (long)left << halfBits | right;
    }
}
