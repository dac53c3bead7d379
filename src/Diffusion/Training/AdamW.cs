using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101, Algorithm 2) with beta1 0.9, beta2 0.999, epsilon 1e-8. Its moments are plain named
/// tensors, so that a checkpoint is one safetensors file.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;
    private readonly List<(string Name, Parameter Value, Tensor First, Tensor Second)> _parameters;

    public AdamW(nn.Module network)
    {
        _parameters = [.. network.named_parameters().Where(entry => entry.parameter.requires_grad)
            .Select(entry => (entry.name, entry.parameter, zeros_like(entry.parameter), zeros_like(entry.parameter)))];
    }

    /// <summary>The moments under names of their own.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        _parameters.SelectMany(p => new KeyValuePair<string, Tensor>[] { new($"adam.first.{p.Name}", p.First), new($"adam.second.{p.Name}", p.Second) });

    /// <summary>Clips the whole gradient to a norm and returns what it was.</summary>
    public double ClipGradient(double norm) => nn.utils.clip_grad_norm_(_parameters.Select(p => p.Value), norm);

    /// <summary>Updates every parameter from its gradient.</summary>
    /// <param name="step">One-based count of updates, for the bias correction.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="weightDecay">Decoupled decay.</param>
    public void Step(long step, double learningRate, double weightDecay)
    {
        using var _ = no_grad();
        var correction2 = Math.Sqrt(1 - Math.Pow(Beta2, step));
        var size = learningRate / (1 - Math.Pow(Beta1, step));
        foreach (var (_, value, first, second) in _parameters)
        {
            if (value.grad is not { } gradient) continue;
            using var scope = NewDisposeScope();
            if (weightDecay > 0) value.mul_(S(1 - learningRate * weightDecay));
            first.mul_(S(Beta1)).add_(gradient, alpha: S(1 - Beta1));
            second.mul_(S(Beta2)).addcmul_(gradient, gradient, S(1 - Beta2));
            value.addcdiv_(first, second.sqrt().div_(S(correction2)).add_(S(Epsilon), alpha: S(1)), S(-size));
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, first, second) in _parameters)
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
