using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Sinusoids of rows and columns (Vaswani et al. 2017, arXiv:1706.03762, section 3.5, in two dimensions), computed in float64.</summary>
internal static class PositionTable
{
    /// <summary>
    /// For each position the sinusoids of its column, then of its row: [sin(p f_i).., cos(p f_i)..] with f_i = 10000^(-4 i / width). Grids of any size span the
    /// same numbers p: those of a square of <paramref name="baseSize"/>, divided by the scale.
    /// </summary>
    /// <returns>[1, rows * columns, width] float32, row by row.</returns>
    public static Tensor Create(int width, long rows, long columns, int baseSize, double scale, Device device)
    {
        using var scope = NewDisposeScope();
        var (ofRows, ofColumns) = (Axis(width / 2, rows, baseSize, scale, device), Axis(width / 2, columns, baseSize, scale, device));
        return cat([ofColumns.unsqueeze(0).expand(rows, -1, -1), ofRows.unsqueeze(1).expand(-1, columns, -1)], dim: -1)
            .view(1, rows * columns, width).MoveToOuterDisposeScope();
    }

    // [count, width]
    private static Tensor Axis(int width, long count, int baseSize, double scale, Device device)
    {
        var (half, table) = (width / 2, new float[count * width]);
        for (var position = 0; position < count; position++)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = position * (baseSize / (double)count) / scale * Math.Pow(10000, -i / (double)half);
                (table[(position * width) + i], table[(position * width) + half + i]) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
            }
        }
        return tensor(table, [count, width], device: device);
    }
}
