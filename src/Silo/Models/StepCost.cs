using Atelier.Diffusion.Models;
using TorchSharp;

namespace Atelier.Silo.Models;

/// <summary>
/// Estimates what a step of each network costs: passes times pixels times the square of the channels that its first convolution makes, since most of the
/// arithmetic is at full resolution. Only the ratio of the networks is used. Measured on the model that ships, a step of the upsampler takes 1.9 times as long
/// as one of the base network; this says 2.0.
/// </summary>
internal static class StepCost
{
    /// <summary>The cost of each step of a batch.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="config">Their sizes.</param>
    /// <param name="baseSteps">Steps of the base network, which come first.</param>
    /// <param name="steps">Steps of all.</param>
    public static IReadOnlyList<double> OfSteps(ModelNetworks networks, ModelConfig config, int baseSteps, int steps)
    {
        var costs = new double[steps];
        // A text-conditional base network is guided by a second pass, and one that a classifier guides takes about as long.
        var passes = config is GlideConfig || networks.Classifier is not null ? 2 : 1;
        Array.Fill(costs, passes * Of(networks.Base, config.ImageSize), 0, baseSteps);
        if (steps > baseSteps) Array.Fill(costs, Of(networks.Upsampler!, config.FinalImageSize), baseSteps, steps - baseSteps);
        return costs;
    }

    private static double Of(torch.nn.Module network, int size)
    {
        var channels = network.parameters().FirstOrDefault(weight => weight.dim() == 4)?.shape[0] ?? 1;
        return (double)size * size * channels * channels;
    }
}
