using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Sinusoids of rows and columns (Vaswani et al. 2017, arXiv:1706.03762, section 3.5, in two dimensions), computed in float64.</summary>
internal static class PositionTable
{
    /// <summary>
    /// For each position [sin(w f_i).., cos(w f_i).., sin(h f_i).., cos(h f_i)..] with f_i = 10000^(-4 i / width). Grids of any size span the same numbers: those of a
    /// square of <paramref name="baseSize"/>, divided by the scale.
    /// </summary>
    /// <returns>[1, rows * columns, width] float32, row by row.</returns>
    public static Tensor Create(int width, long rows, long columns, int baseSize, double scale, Device device)
    {
        var (quarter, table, at) = (width / 4, new float[rows * columns * width], 0);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                foreach (var position in new[] { column * (baseSize / (double)columns) / scale, row * (baseSize / (double)rows) / scale })
                {
                    for (var i = 0; i < quarter; i++)
                    {
                        var angle = position * Math.Pow(10000, -i / (double)quarter);
                        (table[at + i], table[at + quarter + i]) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
                    }
                    at += 2 * quarter;
                }
            }
        }
        return tensor(table, [1, rows * columns, width], device: device);
    }
}
