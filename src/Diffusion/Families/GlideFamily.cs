using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families;

/// <summary>GLIDE: text to image in pixels, in two stages, guided classifier-free (Nichol et al. 2021, arXiv:2112.10741).</summary>
public sealed class GlideFamily : IModelFamily
{
    /// <inheritdoc/>
    public string Name => GlideConfig.Name;

    /// <inheritdoc/>
    public string ConfigFile => NativeFolder.ConfigFileName;

    /// <inheritdoc/>
    public string Kind => Name;

    /// <inheritdoc/>
    public ModelFolder Open(string path) => NativeFolder.Open(path);

    /// <summary>A stage of the model.</summary>
    internal static Stage Stage(Text2ImUNet network, GlideConfig config, BpeTokenizer tokenizer, bool enlarges)
    {
        var (diffusion, size) = enlarges ? (config.Upsampler!.Diffusion, config.Upsampler.ImageSize) : (config.Diffusion, config.ImageSize);
        return new Stage
        {
            Network = network,
            Schedule = diffusion.Schedule,
            Prediction = diffusion.Prediction,
            Variance = diffusion.VarianceType,
            IsBounded = true,
            Text = new Encoder(network, tokenizer),
            IsGuided = !enlarges,
            Inpaints = network.Config.InChannels is 7 or 10,
            Enlargement = enlarges ? config.Upsampler!.ToEnlargement() : null,
            // The upsampler is not guided.
            StepCost = NativeFolder.CostOf(network, size) * (enlarges ? 1 : 2),
        };
    }

    // The network has its own text transformer, which is freed with it.
    private sealed class Encoder(Text2ImUNet network, BpeTokenizer tokenizer) : ITextEncoder
    {
        public PromptLength Measure(string prompt)
        {
            var tokenized = Tokenize(prompt);
            return new PromptLength(tokenized.TokenCount, tokenized.Truncated);
        }

        public Conditioning Encode(IReadOnlyList<string> prompts)
        {
            var tokenized = prompts.Select(Tokenize).ToList();
            long[] shape = [prompts.Count, network.Config.TextCtx];
            var device = ((INetwork)network).Device;
            using var tokens = tensor([.. tokenized.SelectMany(prompt => prompt.Tokens).Select(token => (long)token)], shape).to(device);
            using var mask = tensor([.. tokenized.SelectMany(prompt => prompt.Mask)], shape).to(device);
            return network.EncodeText(tokens, mask);
        }

        public void Dispose()
        {
        }

        private TokenizedPrompt Tokenize(string prompt) => tokenizer.Tokenize(prompt, network.Config.TextCtx);
    }
}
