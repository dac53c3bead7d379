using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Two layers, four times as wide inside (keys net.0.proj and net.2).</summary>
internal sealed class FeedForward
{
    private readonly Linear _in;
    private readonly Linear _out;
    private readonly bool _gated;
    private readonly Func<Tensor, Tensor> _activation;

    /// <param name="at">Where.</param>
    /// <param name="width">Width of input and output.</param>
    /// <param name="activation">A name of <see cref="Activation"/>, or <c>geglu</c>: a half times the gelu of the other half (Shazeer 2020, arXiv:2002.05202).</param>
    public FeedForward(TensorSource at, long width, string activation)
    {
        _gated = activation == "geglu";
        _activation = Activation.Of(_gated ? "gelu" : activation);
        _in = new Linear(at.Under("net.0.proj"), width, (_gated ? 8 : 4) * width);
        _out = new Linear(at.Under("net.2"), 4 * width, width);
    }

    /// <summary>[N, T, C] to the same.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var inner = _in.Forward(x);
        if (_gated)
        {
            var parts = inner.chunk(2, dim: -1);
            inner = parts[0] * _activation(parts[1]);
        }
        else
        {
            inner = _activation(inner);
        }
        return _out.Forward(inner).MoveToOuterDisposeScope();
    }
}
