using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>A model in memory, frozen and ready to draw. Disposing it frees the weights.</summary>
/// <param name="about">What it is.</param>
/// <param name="stages">Its networks: the first one draws, each other one enlarges what the one before has made.</param>
/// <param name="codec">From what they denoise to images.</param>
public sealed class Model(ModelDescription about, IReadOnlyList<Stage> stages, IImageCodec codec) : IDisposable
{
    /// <summary>What it is.</summary>
    public ModelDescription About => about;

    /// <summary>Its networks, in the order in which they are run.</summary>
    public IReadOnlyList<Stage> Stages => stages;

    /// <summary>From what they denoise to images.</summary>
    public IImageCodec Codec => codec;

    /// <summary>Noise-aware classifier of what the first stage denoises; null for none.</summary>
    public EncoderUNetModel? Classifier { get; init; }

    /// <summary>Where its networks are.</summary>
    public Device Device => stages[0].Network.Device;

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (var stage in stages) stage.Dispose();
        codec.Dispose();
        Classifier?.Dispose();
    }
}
