using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Rotary positions (Su et al. 2021, arXiv:2104.09864) of several axes: neighbouring channels are turned by an angle that grows with the position.</summary>
/// <param name="Cos">[T, C / 2] float32.</param>
/// <param name="Sin">[T, C / 2] float32.</param>
internal readonly record struct Rotary(Tensor Cos, Tensor Sin)
{
    /// <summary>Angles p * 10000^(-2 i / c) in float64, each axis with its own share of the channels.</summary>
    /// <param name="ids">Positions, [T, axes].</param>
    /// <param name="channels">Channels of each axis.</param>
    public static Rotary Create(Tensor ids, IReadOnlyList<int> channels)
    {
        using var scope = NewDisposeScope();
        var positions = ids.to_type(ScalarType.Float64);
        var angles = cat([.. channels.Select((share, axis) =>
        {
            double[] frequencies = [.. Enumerable.Range(0, share / 2).Select(i => 1 / Math.Pow(10000, 2.0 * i / share))];
            return positions.select(1, axis).unsqueeze(1) * tensor(frequencies, device: ids.device).unsqueeze(0);
        })], dim: 1);
        return new Rotary(cos(angles).to_type(ScalarType.Float32).MoveToOuterDisposeScope(), sin(angles).to_type(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <summary>Turns [N, T, H, C]; in float32.</summary>
    public Tensor Turn(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (n, t, h, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var pairs = x.to_type(ScalarType.Float32).reshape(n, t, h, c / 2, 2).unbind(-1);
        var (cosine, sine) = (Cos.unsqueeze(1), Sin.unsqueeze(1));                                      // [T, 1, C / 2]
        var turned = stack([(pairs[0] * cosine) - (pairs[1] * sine), (pairs[1] * cosine).Plus(pairs[0] * sine)], dim: -1);
        return turned.reshape(n, t, h, c).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Turns queries and keys.</summary>
    public Heads Turn(Heads heads) => heads with { Q = Turn(heads.Q), K = Turn(heads.K) };
}
