using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>Latents as FLUX sees them: patches of 2 x 2, whose channels are the latents' channels, each with its rows and columns.</summary>
public static class FluxLatents
{
    /// <summary>[N, C, H, W] to [N, H / 2 * W / 2, 4 C].</summary>
    /// <param name="latents">Height and width are even.</param>
    public static Tensor Pack(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        var (n, c, h, w) = (latents.shape[0], latents.shape[1], latents.shape[2], latents.shape[3]);
        return latents.reshape(n, c, h / 2, 2, w / 2, 2).permute(0, 2, 4, 1, 3, 5).reshape(n, h / 2 * (w / 2), 4 * c).MoveToOuterDisposeScope();
    }

    /// <summary>[N, H / 2 * W / 2, 4 C] to [N, C, H, W].</summary>
    /// <param name="packed">What <see cref="Pack"/> gives.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public static Tensor Unpack(Tensor packed, long height, long width)
    {
        ArgumentNullException.ThrowIfNull(packed);
        using var scope = NewDisposeScope();
        var (n, c) = (packed.shape[0], packed.shape[2] / 4);
        return packed.reshape(n, height / 2, width / 2, c, 2, 2).permute(0, 3, 1, 4, 2, 5).reshape(n, c, height, width).MoveToOuterDisposeScope();
    }

    /// <summary>Positions (0, row, column) of the patches.</summary>
    /// <param name="height">Height of the latents.</param>
    /// <param name="width">Width of the latents.</param>
    /// <param name="device">Where.</param>
    /// <returns>[H / 2 * W / 2, 3] float32, row by row.</returns>
    public static Tensor ImageIds(long height, long width, Device device)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (height / 2, width / 2);
        var row = arange(S(0), S(rows), S(1), dtype: float32, device: device).unsqueeze(1).expand(rows, columns);
        var column = arange(S(0), S(columns), S(1), dtype: float32, device: device).unsqueeze(0).expand(rows, columns);
        return stack([zeros_like(row), row, column], dim: -1).reshape(rows * columns, 3).MoveToOuterDisposeScope();
    }

    /// <summary>Positions of tokens: all 0, [L, 3] float32.</summary>
    /// <param name="length">L.</param>
    /// <param name="device">Where.</param>
    public static Tensor TextIds(long length, Device device) => zeros(length, 3, device: device);
}
