using Atelier.Input;

namespace Atelier.Diffusion.Weights;

/// <summary>The two ways of refusing a PyTorch checkpoint.</summary>
internal static class CheckpointError
{
    /// <summary>What follows the path of a file that is damaged.</summary>
    public const string Problem = "is not a usable PyTorch checkpoint";

    public static InvalidDataException Unusable(string path, string reason) => new($"{PrintableText.Of(path, PrintableText.PathLength)} {Problem}: {reason}");

    public static InvalidDataException Forbidden(string path, string what) =>
        new($"{PrintableText.Of(path, PrintableText.PathLength)} wants to run {PrintableText.Of(what)}; a checkpoint may only hold tensors and plain values");
}
