using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.StableDiffusion;

/// <summary>Stable Diffusion 3 and 3.5: a transformer of image and text together, two CLIPs and a T5, which may be left out, along a flow (Esser et al. 2024, arXiv:2403.03206).</summary>
public sealed class StableDiffusion3Family : IModelFamily
{
    private const int T5Tokens = 256;

    /// <inheritdoc/>
    public string Name => "stable-diffusion-3";

    /// <inheritdoc/>
    public string ConfigFile => PipelineIndex.FileName;

    /// <inheritdoc/>
    public string Kind => "StableDiffusion3Pipeline";

    /// <inheritdoc/>
    public ModelFolder Open(string path)
    {
        var files = new DiffusersFiles(path);
        var scheduler = files.Scheduler();
        var (first, second) = (files.Config<ClipTextConfig>("text_encoder"), files.Config<ClipTextConfig>("text_encoder_2"));
        var third = PipelineIndex.Read(path).Parts.ContainsKey("text_encoder_3") ? files.Config<T5Config>("text_encoder_3") : null;
        var transformer = files.Config<Sd3Transformer2DConfig>("transformer");
        var vae = files.Config<AutoencoderKlConfig>("vae");
        var (tokenizer, tokenizer2) = (ClipPrompts.Tokenizer(files, "tokenizer", first), ClipPrompts.Tokenizer(files, "tokenizer_2", second));
        var tokenizer3 = third is null ? null : T5Prompts.Tokenizer(files, "tokenizer_3", third);
        LatentModel.RequireFit(path, "in_channels of transformer", transformer.InChannels, vae.LatentChannels, "the latent_channels of vae");
        LatentModel.RequireFit(path, "pooled_projection_dim of transformer", transformer.PooledProjectionDim, first.ProjectionDim + second.ProjectionDim, "the projection_dim of both CLIPs");
        if (third is not null) LatentModel.RequireFit(path, "joint_attention_dim of transformer", transformer.JointAttentionDim, third.DModel, "the d_model of text_encoder_3");
        files.Check("text_encoder", source => new ClipTextModel(first, source));
        files.Check("text_encoder_2", source => new ClipTextModel(second, source));
        if (third is not null) files.Check("text_encoder_3", source => new T5Encoder(third, source));
        files.Check("transformer", source => new Sd3Transformer2D(transformer, source));
        files.Check("vae", source => new AutoencoderKl(vae, source));
        var about = LatentModel.Describe(Name, path, transformer.SampleSize * vae.Factor, vae.Factor * transformer.PatchSize, scheduler, third is null ? first.MaxPositionEmbeddings : T5Tokens) with
        {
            Steps = 28,
            Guidance = 7,
            VocabularySize = tokenizer.VocabularySize,
            MaxSize = transformer.PosEmbedMaxSize * transformer.PatchSize * vae.Factor,
        };
        return new DiffusersFolder(path, about, files, (device, precision) =>
        {
            var encoder = new PromptEncoder(
                new ClipPrompts(tokenizer, files.Load("text_encoder", source => new ClipTextModel(first, source), device, precision)),
                new ClipPrompts(tokenizer2, files.Load("text_encoder_2", source => new ClipTextModel(second, source), device, precision)),
                third is null ? null : new T5Prompts(tokenizer3!, files.Load("text_encoder_3", source => new T5Encoder(third, source), device, precision), T5Tokens),
                transformer.JointAttentionDim);
            var network = new Network(files.Load("transformer", source => new Sd3Transformer2D(transformer, source), device, precision));
            return LatentModel.Assemble(about, LatentModel.Stage(network, encoder, scheduler), files, vae, device, precision);
        });
    }

    /// <summary>
    /// The states before the last layer of both CLIPs, side by side and filled up to the width of T5's, which follow them; without a T5 zeros do. The vector is
    /// both CLIPs' pooled text.
    /// </summary>
    private sealed class PromptEncoder(ClipPrompts first, ClipPrompts second, T5Prompts? third, int width) : ITextEncoder
    {
        public PromptLength Measure(string prompt) => third?.Measure(prompt) ?? first.Measure(prompt);

        public Conditioning Encode(IReadOnlyList<string> prompts)
        {
            using var scope = NewDisposeScope();
            var (one, other) = (first.Encode(prompts), second.Encode(prompts));
            var clip = cat([one.HiddenStates[^2], other.HiddenStates[^2]], dim: -1);
            clip = nn.functional.pad(clip, [0, width - clip.shape[2]]);
            var t5 = third?.Encode(prompts, isMasked: false).States ?? zeros(prompts.Count, first.Length, width, device: clip.device);
            return new Conditioning(cat([one.Pooled, other.Pooled], dim: -1).MoveToOuterDisposeScope(), cat([clip, t5], dim: 1).MoveToOuterDisposeScope());
        }

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
            third?.Dispose();
        }
    }

    private sealed class Network(Sd3Transformer2D transformer) : INetwork
    {
        public Device Device => transformer.Device;

        public Tensor Predict(Tensor x, Tensor timesteps, Conditioning? given) => transformer.Forward(x, timesteps, given!.Sequence!, given.Vector!);

        public void Dispose() => transformer.Dispose();
    }
}
