using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>The networks of a model in memory, frozen and in evaluation mode.</summary>
/// <param name="Base">A <see cref="Networks.Text2ImUNet"/> or <see cref="Networks.UNetModel"/>, as the model's family has it.</param>
/// <param name="Upsampler">A network of the same kind, or null.</param>
/// <param name="Classifier">The classifier, or null.</param>
public sealed record ModelNetworks(nn.Module Base, nn.Module? Upsampler, Networks.EncoderUNetModel? Classifier) : IDisposable
{
    /// <summary>Where the networks are.</summary>
    public Device Device { get; } = Base.parameters().First().device;

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        Base.Dispose();
        Upsampler?.Dispose();
        Classifier?.Dispose();
    }
}
