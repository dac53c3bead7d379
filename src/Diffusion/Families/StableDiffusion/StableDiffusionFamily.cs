using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Families.StableDiffusion;

/// <summary>Stable Diffusion 1 and 2: text to image in latents, guided classifier-free (Rombach et al. 2022, arXiv:2112.10752).</summary>
/// <param name="inpaints">Whether of those that see a part of an image, and draw the rest.</param>
public sealed class StableDiffusionFamily(bool inpaints = false) : IModelFamily
{
    /// <inheritdoc/>
    public string Name => "stable-diffusion";

    /// <inheritdoc/>
    public string ConfigFile => PipelineIndex.FileName;

    /// <inheritdoc/>
    public string Kind => inpaints ? "StableDiffusionInpaintPipeline" : "StableDiffusionPipeline";

    /// <inheritdoc/>
    public ModelFolder Open(string path)
    {
        var files = new DiffusersFiles(path);
        var scheduler = files.Scheduler();
        var text = files.Config<ClipTextConfig>("text_encoder");
        var unet = files.Config<UNet2DConditionConfig>("unet");
        var vae = files.Config<AutoencoderKlConfig>("vae");
        var tokenizer = ClipPrompts.Tokenizer(files, "tokenizer", text);
        LatentUNet.RequireFit(path, unet, vae, inpaints, text.HiddenSize);
        files.Check("text_encoder", source => new ClipTextModel(text, source));
        files.Check("unet", source => new UNet2DCondition(unet, source));
        files.Check("vae", source => new AutoencoderKl(vae, source));
        var about = LatentModel.Describe(Name, path, unet.SampleSize * vae.Factor, vae.Factor, scheduler, text.MaxPositionEmbeddings) with
        {
            Steps = 50,
            Guidance = 7.5,
            VocabularySize = tokenizer.VocabularySize,
            Inpaints = inpaints,
        };
        return new DiffusersFolder(path, about, files, (device, precision) =>
        {
            var encoder = new PromptEncoder(new ClipPrompts(tokenizer, files.Load("text_encoder", source => new ClipTextModel(text, source), device, precision)));
            var network = new LatentUNet(files.Load("unet", source => new UNet2DCondition(unet, source), device, precision), vae.Factor);
            return LatentModel.Assemble(about, LatentModel.Stage(network, encoder, scheduler) with { Inpaints = inpaints }, files, vae, device, precision);
        });
    }

    /// <summary>Prompts as the last states of one encoder.</summary>
    private sealed class PromptEncoder(ClipPrompts clip) : ITextEncoder
    {
        public PromptLength Measure(string prompt) => clip.Measure(prompt);

        public Conditioning Encode(IReadOnlyList<string> prompts)
        {
            var output = clip.Encode(prompts);
            foreach (var state in output.HiddenStates) state.Dispose();
            output.Pooled.Dispose();
            return new Conditioning(Sequence: output.Last);
        }

        public void Dispose() => clip.Dispose();
    }
}
