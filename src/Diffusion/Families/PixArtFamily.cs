using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families;

/// <summary>PixArt-alpha: a diffusion transformer that attends to T5's states (Chen et al. 2023, arXiv:2310.00426).</summary>
public sealed class PixArtFamily : IModelFamily
{
    private const int PromptTokens = 120;

    /// <inheritdoc/>
    public string Name => "pixart-alpha";

    /// <inheritdoc/>
    public string ConfigFile => PipelineIndex.FileName;

    /// <inheritdoc/>
    public string Kind => "PixArtAlphaPipeline";

    /// <inheritdoc/>
    public ModelFolder Open(string path)
    {
        var files = new DiffusersFiles(path);
        var scheduler = files.Scheduler();
        var text = files.Config<T5Config>("text_encoder");
        var transformer = files.Config<PixArtTransformer2DConfig>("transformer");
        var vae = files.Config<AutoencoderKlConfig>("vae");
        var tokenizer = T5Prompts.Tokenizer(files, "tokenizer", text);
        LatentModel.RequireFit(path, "in_channels of transformer", transformer.InChannels, vae.LatentChannels, "the latent_channels of vae");
        LatentModel.RequireFit(path, "caption_channels of transformer", transformer.CaptionChannels ?? 0, text.DModel, "the d_model of text_encoder");
        files.Check("text_encoder", source => new T5Encoder(text, source));
        files.Check("transformer", source => new PixArtTransformer2D(transformer, source));
        files.Check("vae", source => new AutoencoderKl(vae, source));
        var about = LatentModel.Describe(Name, path, transformer.SampleSize * vae.Factor, vae.Factor * transformer.PatchSize, scheduler, PromptTokens) with
        {
            Steps = 20,
            Guidance = 4.5,
            VocabularySize = tokenizer.VocabularySize,
        };
        return new DiffusersFolder(path, about, files, (device, precision) =>
        {
            var encoder = new PromptEncoder(new T5Prompts(tokenizer, files.Load("text_encoder", source => new T5Encoder(text, source), device, precision), PromptTokens));
            var network = new Network(files.Load("transformer", source => new PixArtTransformer2D(transformer, source), device, precision), vae.Factor);
            return LatentModel.Assemble(about, LatentModel.Stage(network, encoder, scheduler), files, vae, device, precision);
        });
    }

    /// <summary>Prompts as T5's states, of which the padding is not seen. They are lower-cased, as the captions were that the network learned from.</summary>
    private sealed class PromptEncoder(T5Prompts t5) : ITextEncoder
    {
        public PromptLength Measure(string prompt) => t5.Measure(Clean(prompt));

        public Conditioning Encode(IReadOnlyList<string> prompts)
        {
            var (states, mask) = t5.Encode([.. prompts.Select(Clean)], isMasked: true);
            return new Conditioning(Sequence: states) { Mask = mask };
        }

        public void Dispose() => t5.Dispose();

        private static string Clean(string prompt) => prompt.ToLowerInvariant().Trim();
    }

    /// <summary>The transformer, told the size of the image where it knows sizes; its variance values are not used.</summary>
    private sealed class Network(PixArtTransformer2D transformer, int factor) : INetwork
    {
        public Device Device => transformer.Device;

        public Tensor Predict(Tensor x, Tensor timesteps, Conditioning? given)
        {
            if (!transformer.Config.KnowsSizes) return transformer.Forward(x, timesteps, given!.Sequence!, given.Mask).narrow(1, 0, x.shape[1]);
            var (height, width) = (x.shape[2] * factor, x.shape[3] * factor);
            // Made on the device: nothing waits for it.
            using var one = ones(x.shape[0], 1, device: x.device);
            using var resolution = cat([one * S((double)height), one * S((double)width)], dim: 1);
            using var aspect = one * S((double)height / width);
            return transformer.Forward(x, timesteps, given!.Sequence!, given.Mask, resolution, aspect).narrow(1, 0, x.shape[1]);
        }

        public void Dispose() => transformer.Dispose();
    }
}
