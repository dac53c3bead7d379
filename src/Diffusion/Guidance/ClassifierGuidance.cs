using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>
/// Classifier guidance (Dhariwal and Nichol 2021, arXiv:2105.05233, section 4): the samplers are given s * grad log p(y | x_t) of a noise-aware
/// classifier beside the network's output. The network may itself be guided.
/// </summary>
/// <param name="inner">The network.</param>
/// <param name="classifier">p(y | x_t).</param>
/// <param name="labels">y, [N] int64.</param>
/// <param name="scale">s, [N, 1, 1, 1] float32: each sample has its own.</param>
public sealed class ClassifierGuidance(IDenoiser inner, EncoderUNetModel classifier, Tensor labels, Tensor scale) : IDenoiser
{
    /// <inheritdoc/>
    public Tensor Predict(Tensor x, NoiseLevel at) => inner.Predict(x, at);

    /// <inheritdoc/>
    public Tensor? Gradient(Tensor x, NoiseLevel at)
    {
        var gradient = Gradient(classifier, x, at.TimestepsFor(x), labels, scale);
        return inner.Gradient(x, at) is { } more ? gradient.Plus(more) : gradient;
    }

    /// <summary>s * grad_x log p(y | x), by automatic differentiation.</summary>
    /// <param name="classifier">p(y | x_t).</param>
    /// <param name="x">x_t, [N, C, S, S] float32.</param>
    /// <param name="timesteps">[N].</param>
    /// <param name="labels">y, [N] int64.</param>
    /// <param name="scale">s, broadcast over x.</param>
    public static Tensor Gradient(EncoderUNetModel classifier, Tensor x, Tensor timesteps, Tensor labels, Tensor scale)
    {
        using var scope = NewDisposeScope();
        using var recording = inference_mode(false);
        using var gradients = enable_grad();
        var input = x.detach().clone().requires_grad_();
        var logProbabilities = nn.functional.log_softmax(classifier.call(input, timesteps.clone()), dim: -1);
        // Samples do not see each other, so the gradient of the sum is each one's own.
        var selected = logProbabilities.gather(1, labels.clone().view(-1, 1)).sum();
        return (autograd.grad([selected], [input])[0] * scale).MoveToOuterDisposeScope();
    }
}
