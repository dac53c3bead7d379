using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Activation functions by their names in config.json.</summary>
internal static class Activation
{
    /// <summary>The names that <see cref="Of"/> knows.</summary>
    public static string[] Names { get; } = ["silu", "swish", "gelu", "gelu_new", "gelu-approximate", "quick_gelu", "relu"];

    /// <summary>The function of a name.</summary>
    public static Func<Tensor, Tensor> Of(string name) => name switch
    {
        "silu" or "swish" => Silu,
        "gelu" => Gelu,
        "gelu_new" or "gelu-approximate" => GeluTanh,
        "quick_gelu" => QuickGelu,
        "relu" => x => nn.functional.relu(x),
        _ => throw new ArgumentException($"activation is {name}; allowed: {string.Join(", ", Names)}"),
    };

    /// <summary>x sigmoid(x).</summary>
    public static Tensor Silu(Tensor x) => nn.functional.silu(x);

    /// <summary>x Phi(x) with the exact distribution function (Hendrycks and Gimpel 2016, arXiv:1606.08415).</summary>
    public static Tensor Gelu(Tensor x) => nn.functional.gelu(x);

    /// <summary>x Phi(x) by the approximation with a tanh of the same paper.</summary>
    public static Tensor GeluTanh(Tensor x)
    {
        using var scope = NewDisposeScope();
        var inner = x.Plus(x.pow(S(3)) * S(0.044715)) * S(Math.Sqrt(2 / Math.PI));
        return (x * S(0.5) * inner.tanh_().Plus(S(1))).MoveToOuterDisposeScope();
    }

    /// <summary>x sigmoid(1.702 x), of the same paper.</summary>
    public static Tensor QuickGelu(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (x * sigmoid(x * S(1.702))).MoveToOuterDisposeScope();
    }
}
