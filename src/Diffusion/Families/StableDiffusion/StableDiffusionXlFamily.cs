using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.StableDiffusion;

/// <summary>Stable Diffusion XL: two text encoders, and the sizes of images as a condition (Podell et al. 2023, arXiv:2307.01952).</summary>
/// <param name="inpaints">Whether of those that see a part of an image, and draw the rest.</param>
public sealed class StableDiffusionXlFamily(bool inpaints = false) : IModelFamily
{
    /// <inheritdoc/>
    public string Name => "stable-diffusion-xl";

    /// <inheritdoc/>
    public string ConfigFile => PipelineIndex.FileName;

    /// <inheritdoc/>
    public string Kind => inpaints ? "StableDiffusionXLInpaintPipeline" : "StableDiffusionXLPipeline";

    /// <inheritdoc/>
    public ModelFolder Open(string path)
    {
        var files = new DiffusersFiles(path);
        var scheduler = files.Scheduler();
        var (first, second) = (files.Config<ClipTextConfig>("text_encoder"), files.Config<ClipTextConfig>("text_encoder_2"));
        var unet = files.Config<UNet2DConditionConfig>("unet");
        var vae = files.Config<AutoencoderKlConfig>("vae");
        var (tokenizer, tokenizer2) = (ClipPrompts.Tokenizer(files, "tokenizer", first), ClipPrompts.Tokenizer(files, "tokenizer_2", second));
        LatentUNet.RequireFit(path, unet, vae, inpaints, first.HiddenSize + second.HiddenSize);
        files.Check("text_encoder", source => new ClipTextModel(first, source));
        files.Check("text_encoder_2", source => new ClipTextModel(second, source));
        files.Check("unet", source => new UNet2DCondition(unet, source));
        files.Check("vae", source => new AutoencoderKl(vae, source));
        var about = LatentModel.Describe(Name, path, unet.SampleSize * vae.Factor, vae.Factor, scheduler, first.MaxPositionEmbeddings) with
        {
            Steps = 50,
            Guidance = 5,
            VocabularySize = tokenizer.VocabularySize,
            Inpaints = inpaints,
        };
        var zeros = PipelineIndex.Read(path).Switches.Contains("force_zeros_for_empty_prompt");
        return new DiffusersFolder(path, about, files, (device, precision) =>
        {
            var encoder = new PromptEncoder(
                new ClipPrompts(tokenizer, files.Load("text_encoder", source => new ClipTextModel(first, source), device, precision)),
                new ClipPrompts(tokenizer2, files.Load("text_encoder_2", source => new ClipTextModel(second, source), device, precision)), zeros);
            var network = new LatentUNet(files.Load("unet", source => new UNet2DCondition(unet, source), device, precision), vae.Factor);
            return LatentModel.Assemble(about, LatentModel.Stage(network, encoder, scheduler) with { Inpaints = inpaints }, files, vae, device, precision);
        });
    }

    /// <summary>Prompts as the states before the last layer of both encoders, side by side, and the pooled vector of the second one.</summary>
    private sealed class PromptEncoder(ClipPrompts first, ClipPrompts second, bool isNothingZero) : ITextEncoder
    {
        public PromptLength Measure(string prompt) => first.Measure(prompt);

        public Conditioning Encode(IReadOnlyList<string> prompts)
        {
            using var scope = NewDisposeScope();
            var (one, other) = (first.Encode(prompts), second.Encode(prompts));
            var states = cat([one.HiddenStates[^2], other.HiddenStates[^2]], dim: -1);
            return new Conditioning(other.Pooled.MoveToOuterDisposeScope(), states.MoveToOuterDisposeScope());
        }

        public Conditioning EncodeNothing()
        {
            var nothing = Encode([""]);
            if (!isNothingZero) return nothing;
            nothing.Vector!.zero_();
            nothing.Sequence!.zero_();
            return nothing;
        }

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
