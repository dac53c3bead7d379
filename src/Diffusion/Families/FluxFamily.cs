using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families;

/// <summary>FLUX.1 of Black Forest Labs: a transformer of image and text together, along a flow. Dev is told the guidance scale instead of being guided; schnell knows none.</summary>
public sealed class FluxFamily : IModelFamily
{
    /// <inheritdoc/>
    public string Name => "flux";

    /// <inheritdoc/>
    public string ConfigFile => PipelineIndex.FileName;

    /// <inheritdoc/>
    public string Kind => "FluxPipeline";

    /// <inheritdoc/>
    public ModelFolder Open(string path)
    {
        var files = new DiffusersFiles(path);
        var scheduler = files.Scheduler();
        var clip = files.Config<ClipTextConfig>("text_encoder");
        var t5 = files.Config<T5Config>("text_encoder_2");
        var transformer = files.Config<FluxTransformer2DConfig>("transformer");
        var vae = files.Config<AutoencoderKlConfig>("vae");
        var (tokenizer, tokenizer2) = (ClipPrompts.Tokenizer(files, "tokenizer", clip), T5Prompts.Tokenizer(files, "tokenizer_2", t5));
        LatentModel.RequireFit(path, "in_channels of transformer", transformer.InChannels, 4 * vae.LatentChannels, "four times the latent_channels of vae");
        LatentModel.RequireFit(path, "pooled_projection_dim of transformer", transformer.PooledProjectionDim, clip.HiddenSize, "the hidden_size of text_encoder");
        LatentModel.RequireFit(path, "joint_attention_dim of transformer", transformer.JointAttentionDim, t5.DModel, "the d_model of text_encoder_2");
        files.Check("text_encoder", source => new ClipTextModel(clip, source));
        files.Check("text_encoder_2", source => new T5Encoder(t5, source));
        files.Check("transformer", source => new FluxTransformer2D(transformer, source));
        files.Check("vae", source => new AutoencoderKl(vae, source));
        // Schnell was distilled with shorter texts, to few steps.
        var (tokens, steps) = transformer.GuidanceEmbeds ? (512, 28) : (256, 4);
        var about = LatentModel.Describe(Name, path, 128 * vae.Factor, 2 * vae.Factor, scheduler, tokens) with
        {
            Steps = steps,
            IsGuided = false,
            Guidance = transformer.GuidanceEmbeds ? 3.5 : 1,
            VocabularySize = tokenizer2.VocabularySize,
        };
        return new DiffusersFolder(path, about, files, (device, precision) =>
        {
            var encoder = new PromptEncoder(
                new ClipPrompts(tokenizer, files.Load("text_encoder", source => new ClipTextModel(clip, source), device, precision)),
                new T5Prompts(tokenizer2, files.Load("text_encoder_2", source => new T5Encoder(t5, source), device, precision), tokens));
            var network = new Network(files.Load("transformer", source => new FluxTransformer2D(transformer, source), device, precision), scheduler.NumTrainTimesteps);
            var stage = LatentModel.Stage(network, encoder, scheduler) with
            {
                IsGuided = false,
                ScheduleOf = size => new FlowSchedule(scheduler.NumTrainTimesteps, scheduler.ShiftFor(size.Area / (4 * vae.Factor * vae.Factor)), isShiftedTwice: false),
            };
            return LatentModel.Assemble(about, stage, files, vae, device, precision);
        });
    }

    /// <summary>T5's states, and CLIP's pooled text as the vector.</summary>
    private sealed class PromptEncoder(ClipPrompts clip, T5Prompts t5) : ITextEncoder
    {
        public PromptLength Measure(string prompt) => t5.Measure(prompt);

        public Conditioning Encode(IReadOnlyList<string> prompts)
        {
            using var scope = NewDisposeScope();
            return new Conditioning(clip.Encode(prompts).Pooled.MoveToOuterDisposeScope(), t5.Encode(prompts, isMasked: false).States.MoveToOuterDisposeScope());
        }

        public void Dispose()
        {
            clip.Dispose();
            t5.Dispose();
        }
    }

    /// <summary>The transformer on packed latents; it counts time from 0 to 1.</summary>
    private sealed class Network(FluxTransformer2D transformer, int timesteps) : INetwork
    {
        public Device Device => transformer.Device;

        public Tensor Predict(Tensor x, Tensor t, Conditioning? given)
        {
            using var scope = NewDisposeScope();
            var (height, width) = (x.shape[2], x.shape[3]);
            var output = transformer.Forward(
                FluxLatents.Pack(x), t / S((double)timesteps), given!.Sequence!, given.Vector!, FluxLatents.ImageIds(height, width, Device), FluxLatents.TextIds(given.Sequence!.shape[1], Device),
                transformer.Config.GuidanceEmbeds ? given.Guidance : null);
            return FluxLatents.Unpack(output, height, width).MoveToOuterDisposeScope();
        }

        public void Dispose() => transformer.Dispose();
    }
}
