namespace Atelier.Diffusion.Pipelines;

/// <summary>A picture of which a part is kept and the rest drawn new.</summary>
/// <param name="Rgb">Pixels, S * S * 3 bytes: rows from the top, red, green, blue interleaved. Those that are not kept are not looked at.</param>
/// <param name="IsKept">S * S values, rows from the top: true where the pixel is kept, false where it is drawn.</param>
public sealed record KnownImage(byte[] Rgb, bool[] IsKept);
