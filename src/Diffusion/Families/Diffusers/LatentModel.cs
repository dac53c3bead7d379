using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>What all families of latents have in common.</summary>
internal static class LatentModel
{
    // What a model was published with for steps along a flow; the solvers of diffusion have no meaning there.
    private static readonly string[] FlowSamplers = ["euler"];

    /// <summary>What a user has to know of a model.</summary>
    /// <param name="family">Name of its family.</param>
    /// <param name="path">Its folder.</param>
    /// <param name="size">Width and height of its usual images.</param>
    /// <param name="sizeMultiple">What widths and heights must be multiples of.</param>
    /// <param name="scheduler">Its scheduler.</param>
    /// <param name="promptTokens">Tokens that a prompt may have.</param>
    public static ModelDescription Describe(string family, string path, int size, int sizeMultiple, SchedulerConfig scheduler, int promptTokens) => new()
    {
        Family = family,
        ImageSize = size,
        SizeMultiple = sizeMultiple,
        Timesteps = scheduler.NumTrainTimesteps,
        Process = scheduler.IsFlow ? $"flow matching, {scheduler.NumTrainTimesteps} timesteps" : $"{scheduler.BetaSchedule}, {scheduler.NumTrainTimesteps} timesteps, {scheduler.PredictionType}",
        Samplers = scheduler.IsFlow ? FlowSamplers : [scheduler.Sampler, .. SamplingSettings.Samplers.Where(name => name != scheduler.Sampler)],
        IsBounded = false,
        PromptTokens = promptTokens,
        Licence = ModelCard.LicenceOf(path),
    };

    /// <summary>Refuses a network whose latents or text are not those of the other parts.</summary>
    /// <exception cref="InvalidDataException">Names both.</exception>
    public static void RequireFit(string path, string setting, int given, int allowed, string of)
    {
        if (given != allowed) throw new InvalidDataException($"{PrintableText.Of(path, PrintableText.PathLength)}: {setting} is {given}; allowed: {allowed}, {of}");
    }

    /// <summary>Puts a model together; it owns its parts, which are freed when that fails.</summary>
    /// <param name="about">What it is.</param>
    /// <param name="stage">Its network, with its text encoder and how it is run.</param>
    /// <param name="files">The folder.</param>
    /// <param name="vae">Shape of its autoencoder.</param>
    /// <param name="device">Where.</param>
    /// <param name="precision">What it computes in.</param>
    public static Model Assemble(ModelDescription about, Stage stage, DiffusersFiles files, AutoencoderKlConfig vae, Device? device, ScalarType precision)
    {
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

    /// <summary>A stage that draws, with the schedule of its folder.</summary>
    /// <param name="network">Its network.</param>
    /// <param name="text">Its text encoder.</param>
    /// <param name="scheduler">Its scheduler.</param>
    public static Stage Stage(INetwork network, ITextEncoder text, SchedulerConfig scheduler) => new()
    {
        Network = network,
        Schedule = scheduler.IsFlow ? new FlowSchedule(scheduler.NumTrainTimesteps, scheduler.Shift, isShiftedTwice: true) : new DiffusersSchedule(scheduler),
        Prediction = scheduler.Prediction,
        Variance = scheduler.Variance,
        Text = text,
        IsGuided = true,
        WarmsUp = false,
    };
}
