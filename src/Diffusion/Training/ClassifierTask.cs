using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// Learns to tell the class of a noised image: cross entropy of p(y | x_t), t uniform (Dhariwal and Nichol 2021, arXiv:2105.05233, section 4 and
/// appendix H).
/// </summary>
/// <param name="network">The classifier.</param>
/// <param name="diffusion">The process, not respaced of the network it will guide.</param>
public sealed class ClassifierTask(EncoderUNetModel network, GaussianDiffusion diffusion) : TrainingTask(network, diffusion, network.Config.ImageSize)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Measures { get; } = ["accuracy"];

    // Classes, [N] int64.
    internal override Tensor[] Inputs(IReadOnlyList<CaptionedImage> examples, Tensor xStart, Generator generator, TrainingOptions options) =>
        [tensor([.. examples.Select(example => (long)(example.Label ?? throw new InvalidDataException($"'{example.Caption}' has no class")))]).to(Device)];

    internal override (Tensor Loss, Tensor[] Measures) Losses(NoisedImages images, Tensor[] inputs, TrainingOptions options)
    {
        var logits = network.call(images.X, Diffusion.NetworkTimesteps(images.T));
        var loss = nn.functional.cross_entropy(logits, inputs[0], reduction: nn.Reduction.None);
        return (loss, [logits.argmax(1).eq(inputs[0]).to_type(ScalarType.Float32)]);
    }

    private protected override TrainingTask WithNewNetwork() => new ClassifierTask(new EncoderUNetModel(network.Config), Diffusion);
}
