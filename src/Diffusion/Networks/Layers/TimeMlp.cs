using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Sinusoids of numbers, and two layers on top of them.</summary>
internal sealed class TimeMlp
{
    private readonly Linear _first;
    private readonly Linear _second;
    private readonly Linear? _condition;
    private readonly Func<Tensor, Tensor> _activation;

    /// <param name="at">Keys linear_1 and linear_2, and cond_proj where there is a condition.</param>
    /// <param name="channels">Width of the input.</param>
    /// <param name="width">Width of the output.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="condition">Width of what is added to the input; null for nothing.</param>
    /// <param name="inner">Width between the layers; null is that of the output.</param>
    public TimeMlp(TensorSource at, int channels, int width, string activation = "silu", int? condition = null, int? inner = null)
    {
        _first = new Linear(at.Under("linear_1"), channels, inner ?? width);
        _second = new Linear(at.Under("linear_2"), inner ?? width, width);
        if (condition is { } size) _condition = new Linear(at.Under("cond_proj"), size, channels, bias: false);
        _activation = Activation.Of(activation);
    }

    /// <summary>[N, C] to [N, D].</summary>
    public Tensor Forward(Tensor x, Tensor? condition = null)
    {
        using var scope = NewDisposeScope();
        if (condition is not null && _condition is not null) x = x.Plus(_condition.Forward(condition));
        return _second.Forward(_activation(_first.Forward(x))).MoveToOuterDisposeScope();
    }

    /// <summary>[cos(t f_0).., sin(t f_0)..] with f_i = 10000^(-i / (h - shift)), h = channels / 2, in float32.</summary>
    /// <param name="numbers">[N] of any type.</param>
    /// <param name="channels">Width of the result, even.</param>
    /// <param name="shift">How much the last frequency is above 1 / 10000: 1 makes it exactly that.</param>
    /// <returns>[N, channels] float32.</returns>
    public static Tensor Sinusoid(Tensor numbers, int channels, int shift = 0)
    {
        using var scope = NewDisposeScope();
        var half = channels / 2;
        var frequencies = exp(arange(S(0), S(half), S(1), dtype: float32, device: numbers.device) * S(-Math.Log(10000) / (half - shift)));
        var angles = numbers.to_type(ScalarType.Float32).unsqueeze(1) * frequencies.unsqueeze(0);
        return cat([cos(angles), sin(angles)], dim: -1).MoveToOuterDisposeScope();
    }
}
