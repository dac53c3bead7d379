using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Tokenization;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>Learns to draw what a caption says: the hybrid loss of <see cref="TrainingLoss.Hybrid"/>.</summary>
/// <param name="network">The network, which has 3 input channels.</param>
/// <param name="diffusion">The process, not respaced.</param>
/// <param name="imageSize">Width and height of the images.</param>
/// <param name="tokenizer">Vocabulary of the captions.</param>
public class TextToImageTask(Text2ImUNet network, GaussianDiffusion diffusion, int imageSize, BpeTokenizer tokenizer) : TrainingTask(network, diffusion, imageSize)
{
    // By state-dict keys.
    private static readonly string[] TextParts = ["token_embedding.", "positional_embedding", "padding_embedding", "transformer.", "final_ln.", "sketch."];

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> Measures { get; } = ["mse", "bound"];

    private protected BpeTokenizer Tokenizer => tokenizer;

    private protected Text2ImConfig Config => network.Config;

    internal override bool IsIn(NetworkPart part, string parameter)
    {
        return part switch { NetworkPart.Text => IsText(parameter), NetworkPart.Unet => !IsText(parameter), _ => false };
    }

    /// <summary>Whether a parameter belongs to the text transformer.</summary>
    /// <param name="parameter">Its state-dict key.</param>
    internal static bool IsText(string parameter) => TextParts.Any(name => parameter.StartsWith(name, StringComparison.Ordinal));

    /// <summary>Tokens and mask of captions, [N, L] each.</summary>
    internal static (Tensor Tokens, Tensor Mask) Tokenize(IReadOnlyList<CaptionedImage> examples, BpeTokenizer tokenizer, int context, Device device)
    {
        var prompts = examples.Select(example => tokenizer.Tokenize(example.Caption, context)).ToList();
        long[] tokens = [.. prompts.SelectMany(prompt => prompt.Tokens.Select(token => (long)token))];
        bool[] mask = [.. prompts.SelectMany(prompt => prompt.Mask)];
        return (tensor(tokens, [prompts.Count, context]).to(device), tensor(mask, [prompts.Count, context]).to(device));
    }

    // Tokens and mask, [N, L] each.
    internal override Tensor[] Inputs(IReadOnlyList<CaptionedImage> examples, Tensor xStart, Generator generator, TrainingOptions options)
    {
        var (tokens, mask) = Tokenize(examples, tokenizer, network.Config.TextCtx, Device);
        return [tokens, mask];
    }

    internal override (Tensor Loss, Tensor[] Measures) Losses(NoisedImages images, Tensor[] inputs, TrainingOptions options)
    {
        var output = network.call(Seen(images.X, inputs), Diffusion.NetworkTimesteps(images.T), network.EncodeText(inputs[0], inputs[1]));
        var (loss, mse, bound) = TrainingLoss.Hybrid(Diffusion, output, images.XStart, images.X, images.T, images.Noise, options.MinSnrGamma, options.BoundWeight);
        return (loss, [mse, bound]);
    }

    /// <summary>What the network sees at x_t, [N, InChannels, S, S].</summary>
    private protected virtual Tensor Seen(Tensor x, Tensor[] inputs) => x;

    private protected override TrainingTask WithNewNetwork() => new TextToImageTask(new Text2ImUNet(network.Config), Diffusion, ImageSize, tokenizer);
}
