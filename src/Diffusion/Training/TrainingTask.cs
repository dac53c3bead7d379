using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// A network and what it is taught: what it is told of an example beside x_t and t, and how far off it is. It knows nothing of optimizers,
/// averages, replicas or checkpoints.
/// </summary>
public abstract class TrainingTask : IDisposable
{
    private protected TrainingTask(nn.Module network, GaussianDiffusion diffusion, int imageSize) =>
        (Network, Diffusion, ImageSize) = (network, diffusion, imageSize);

    /// <summary>The network, owned by the task.</summary>
    public nn.Module Network { get; }

    /// <summary>The part of it that goes into a model.</summary>
    public virtual nn.Module Model => Network;

    /// <summary>Width and height of the images to learn from.</summary>
    public int ImageSize { get; }

    /// <summary>What is measured beside the loss, by names fit for a table's header.</summary>
    public abstract IReadOnlyList<string> Measures { get; }

    /// <summary>The process whose noise the images get.</summary>
    internal GaussianDiffusion Diffusion { get; }

    /// <summary>Where the network is.</summary>
    internal Device Device => Network.parameters().First().device;

    /// <inheritdoc/>
    public void Dispose()
    {
        Network.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether the network also learns from images without their captions.</summary>
    internal virtual bool DropsCaptions => true;

    /// <summary>Whether a parameter belongs to a part of the network; a network without parts has none.</summary>
    /// <param name="part">The part.</param>
    /// <param name="parameter">The parameter's state-dict key.</param>
    internal virtual bool IsIn(NetworkPart part, string parameter) => false;

    /// <summary>What the network is told of examples: tensors of N rows, on its device.</summary>
    /// <param name="examples">N examples.</param>
    /// <param name="xStart">Their pixels, [N, 3, S, S] in [-1, 1].</param>
    /// <param name="generator">Source of randomness, if there is any.</param>
    /// <param name="options">Settings.</param>
    internal abstract Tensor[] Inputs(IReadOnlyList<CaptionedImage> examples, Tensor xStart, Generator generator, TrainingOptions options);

    /// <summary>How far off the network is, example by example.</summary>
    /// <param name="images">N noised images.</param>
    /// <param name="inputs">What <see cref="Inputs"/> made, the same N rows of each.</param>
    /// <param name="options">Settings.</param>
    /// <returns>The loss, [N], and what <see cref="Measures"/> names, [N] each.</returns>
    internal abstract (Tensor Loss, Tensor[] Measures) Losses(NoisedImages images, Tensor[] inputs, TrainingOptions options);

    /// <summary>The same task for a network of its own, with the same weights on the same device.</summary>
    internal TrainingTask Copy()
    {
        var copy = WithNewNetwork();
        copy.Network.to(Device);
        copy.CopyWeightsFrom(this);
        foreach (var (source, target) in Network.parameters().Zip(copy.Network.parameters())) target.requires_grad = source.requires_grad;
        return copy;
    }

    /// <summary>Takes over the weights of a copy.</summary>
    internal void CopyWeightsFrom(TrainingTask other)
    {
        using var _ = no_grad();
        foreach (var (source, target) in other.Network.parameters().Zip(Network.parameters())) target.copy_(source);
    }

    /// <summary>Decides what 3x3 convolutions multiply in.</summary>
    internal void MultiplyInBFloat16(bool on)
    {
        foreach (var layer in Network.modules().OfType<Conv3x3>()) layer.MultipliesInBFloat16 = on;
    }

    private protected abstract TrainingTask WithNewNetwork();
}
