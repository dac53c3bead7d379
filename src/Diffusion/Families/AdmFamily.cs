using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Families;

/// <summary>guided-diffusion: class-conditional or unconditional pixels, guided by a classifier (Dhariwal and Nichol 2021, arXiv:2105.05233).</summary>
public sealed class AdmFamily : IModelFamily
{
    /// <inheritdoc/>
    public string Name => AdmConfig.Name;

    /// <inheritdoc/>
    public string ConfigFile => NativeFolder.ConfigFileName;

    /// <inheritdoc/>
    public string Kind => Name;

    /// <inheritdoc/>
    public ModelFolder Open(string path) => NativeFolder.Open(path);

    /// <summary>A stage of the model.</summary>
    internal static Stage Stage(UNetModel network, AdmConfig config, bool enlarges)
    {
        var (diffusion, size) = enlarges ? (config.Upsampler!.Diffusion, config.Upsampler.ImageSize) : (config.Diffusion, config.ImageSize);
        return new Stage
        {
            Network = network,
            Schedule = diffusion.Schedule,
            Prediction = diffusion.Prediction,
            Variance = diffusion.VarianceType,
            IsBounded = true,
            TakesClass = network.Config.NumClasses is not null,
            Enlargement = enlarges ? config.Upsampler!.ToEnlargement() : null,
            // A classifier's gradient takes about as long as the network.
            StepCost = NativeFolder.CostOf(network, size) * (!enlarges && config.Classifier is not null ? 2 : 1),
        };
    }
}
