using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Tokenization;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// Learns to enlarge: the network sees the image averaged down to the base network's size, rounded to 256 levels as in sampling. That small image
/// may be given noise, so that the upsampler forgives what the base network does badly: conditioning augmentation (Ho et al. 2021,
/// arXiv:2106.15282, section 4) with a level drawn for each example and not told to the network.
/// </summary>
/// <param name="network">The network, which has 6 input channels.</param>
/// <param name="diffusion">The process, not respaced.</param>
/// <param name="imageSize">Width and height of the large images.</param>
/// <param name="smallSize">Width and height of the base network's images, which divides the large one.</param>
/// <param name="tokenizer">Vocabulary of the captions.</param>
public sealed class UpsamplerTask(Text2ImUNet network, GaussianDiffusion diffusion, int imageSize, int smallSize, BpeTokenizer tokenizer)
    : TextToImageTask(network, diffusion, imageSize, tokenizer)
{
    // Tokens, mask and the small image, [N, 3, s, s].
    internal override Tensor[] Inputs(IReadOnlyList<CaptionedImage> examples, Tensor xStart, Generator generator, TrainingOptions options)
    {
        var factor = ImageSize / smallSize;
        var small = nn.functional.avg_pool2d(xStart, [factor, factor], [factor, factor]);
        if (options.LowResNoise > 0)
        {
            var level = rand([examples.Count, 1, 1, 1], generator: generator).to(Device) * S(options.LowResNoise);
            small = small.Plus(level * randn(small.shape, generator: generator).to(Device));
        }
        return [.. base.Inputs(examples, xStart, generator, options), ConcatenatedImages.Quantize(small)];
    }

    private protected override Tensor Seen(Tensor x, Tensor[] inputs) => new ConcatenatedImages(LowRes: inputs[2]).Concatenate(x);

    private protected override TrainingTask WithNewNetwork() =>
        new UpsamplerTask(new Text2ImUNet(Config), Diffusion, ImageSize, smallSize, Tokenizer);
}
