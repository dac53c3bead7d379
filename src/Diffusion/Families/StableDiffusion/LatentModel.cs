using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Tokenization;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.StableDiffusion;

/// <summary>What the families of Stable Diffusion have in common.</summary>
internal static class LatentModel
{
    private const int UsualSteps = 50;

    /// <summary>Opens a part's vocabulary.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="part">Name of the part.</param>
    /// <param name="encoder">The encoder that reads its tokens.</param>
    /// <exception cref="InvalidDataException">It is missing, damaged or of another size.</exception>
    public static ClipPromptTokenizer Tokenizer(DiffusersFiles files, string part, ClipTextConfig encoder)
    {
        var folder = files.Folder(part, ClipPromptTokenizer.FileNames);
        var tokenizer = ClipPromptTokenizer.Load(folder, files.PadsWithEnd(part));
        return tokenizer.VocabularySize <= encoder.VocabSize
            ? tokenizer
            : throw new InvalidDataException($"{PrintableText.Of(folder, PrintableText.PathLength)}: the tokenizer has {tokenizer.VocabularySize} tokens, its encoder {encoder.VocabSize}");
    }

    /// <summary>Refuses parts that do not belong together.</summary>
    /// <exception cref="InvalidDataException">Names both.</exception>
    public static void RequireFit(string path, UNet2DConditionConfig unet, AutoencoderKlConfig vae, int textWidth)
    {
        var folder = PrintableText.Of(path, PrintableText.PathLength);
        if (unet.InChannels != vae.LatentChannels || unet.OutChannels != vae.LatentChannels)
            throw new InvalidDataException($"{folder}: in_channels and out_channels of unet are {unet.InChannels} and {unet.OutChannels}; allowed: {vae.LatentChannels}, the latent_channels of vae");
        if (unet.CrossAttentionDim.Values.Any(width => width != textWidth))
            throw new InvalidDataException($"{folder}: cross_attention_dim of unet is {unet.CrossAttentionDim}; allowed: {textWidth}, the width of the encoded text");
    }

    /// <summary>What a user has to know of a model.</summary>
    public static ModelDescription Describe(
        string family, string path, UNet2DConditionConfig unet, AutoencoderKlConfig vae, SchedulerConfig scheduler, int vocabularySize, int promptTokens, double guidance) => new()
        {
            Family = family,
            ImageSize = unet.SampleSize * vae.Factor,
            SizeMultiple = vae.Factor * (1 << (unet.Levels - 1)),
            Timesteps = scheduler.NumTrainTimesteps,
            Process = $"{scheduler.BetaSchedule}, {scheduler.NumTrainTimesteps} timesteps, {scheduler.PredictionType}",
            Samplers = [scheduler.Sampler, .. SamplingSettings.Samplers.Where(name => name != scheduler.Sampler)],
            Steps = UsualSteps,
            Guidance = guidance,
            IsBounded = false,
            PromptTokens = promptTokens,
            VocabularySize = vocabularySize,
            Licence = ModelCard.LicenceOf(path),
        };

    /// <summary>Puts a model together; it owns its parts, which are freed when that fails.</summary>
    public static Model Assemble(
        ModelDescription about, LatentUNet network, ITextEncoder text, SchedulerConfig scheduler, DiffusersFiles files, AutoencoderKlConfig vae, Device? device, ScalarType precision)
    {
        var stage = new Stage
        {
            Network = network,
            Schedule = new DiffusersSchedule(scheduler),
            Prediction = scheduler.Prediction,
            Variance = scheduler.Variance,
            Text = text,
            IsGuided = true,
            WarmsUp = false,
        };
        try
        {
            // Many autoencoders leave the range of float16.
            var decoding = precision == ScalarType.Float16 && vae.ForceUpcast ? ScalarType.Float32 : precision;
            return new Model(about, [stage], new LatentCodec(files.Load("vae", source => new AutoencoderKl(vae, source), device, decoding)));
        }
        catch
        {
            stage.Dispose();
            throw;
        }
    }

    /// <summary>How long a prompt is for an encoder.</summary>
    public static PromptLength Measure(ClipPromptTokenizer tokenizer, ClipTextModel network, string prompt)
    {
        var tokenized = tokenizer.Tokenize(prompt, network.Config.MaxPositionEmbeddings);
        return new PromptLength(tokenized.TokenCount, tokenized.Truncated);
    }

    /// <summary>Tokens of prompts.</summary>
    /// <returns>[N, L] int64, on the encoder's device.</returns>
    public static Tensor Ids(ClipPromptTokenizer tokenizer, ClipTextModel network, IReadOnlyList<string> prompts)
    {
        var length = network.Config.MaxPositionEmbeddings;
        using var ids = tensor([.. prompts.SelectMany(prompt => tokenizer.Tokenize(prompt, length).Tokens).Select(token => (long)token)], [prompts.Count, length]);
        return ids.to(network.Device, copy: true);
    }
}
