using Atelier.Diffusion.Models;

namespace Atelier.Cli.Train;

/// <summary>Which network of a model is trained, the others staying as they are.</summary>
internal enum TrainedNetwork
{
    /// <summary>The base network, which draws what captions say.</summary>
    Base,

    /// <summary>The network that enlarges the base network's images.</summary>
    Upsampler,

    /// <summary>The text transformer of the base network, from captions alone.</summary>
    Text,

    /// <summary>The noise-aware classifier of the base network's images.</summary>
    Classifier,
}

/// <summary>What follows from which network it is.</summary>
internal static class TrainedNetworkFacts
{
    /// <summary>Its name on the command line.</summary>
    public static string Name(this TrainedNetwork network) => network.ToString().ToLowerInvariant();

    /// <summary>The file of its weights in a model folder.</summary>
    public static string File(this TrainedNetwork network) => network switch
    {
        TrainedNetwork.Upsampler => NativeFolder.UpsamplerFile,
        TrainedNetwork.Classifier => NativeFolder.ClassifierFile,
        _ => NativeFolder.WeightsFile,
    };
}
