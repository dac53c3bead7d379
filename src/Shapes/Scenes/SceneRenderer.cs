namespace Atelier.Shapes;

/// <summary>Draws scenes.</summary>
public static class SceneRenderer
{
    private const int Subsamples = 4;

    /// <summary>Draws a scene, anti-aliased with 4 x 4 points per pixel. The same scene looks the same at every size.</summary>
    /// <param name="scene">What to draw.</param>
    /// <param name="size">The image's width and height in pixels.</param>
    /// <returns>RGB bytes, [size, size, 3], rows from the top.</returns>
    public static byte[] Render(Scene scene, int size = 32)
    {
        ArgumentNullException.ThrowIfNull(scene);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);

        var image = new byte[size * size * 3];
        for (var i = 0; i < image.Length; i += 3)
            (image[i], image[i + 1], image[i + 2]) = (scene.BackgroundFill.R, scene.BackgroundFill.G, scene.BackgroundFill.B);
        foreach (var shown in scene.Objects) Paint(shown, image, size);
        return image;
    }

    private static void Paint(SceneObject shown, byte[] image, int size)
    {
        var (left, right) = Span(shown.CentreX, shown.HalfExtent, size);
        var (top, bottom) = Span(shown.CentreY, shown.HalfExtent, size);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var covered = CoveredPoints(shown, x, y, size);
                var pixel = image.AsSpan(((y * size) + x) * 3, 3);
                pixel[0] = Blend(pixel[0], shown.Fill.R, covered);
                pixel[1] = Blend(pixel[1], shown.Fill.G, covered);
                pixel[2] = Blend(pixel[2], shown.Fill.B, covered);
            }
        }
    }

    /// <summary>The first and the last pixel that the bounding square touches.</summary>
    private static (int First, int Last) Span(double centre, double halfExtent, int size) => (
        Math.Max(0, (int)Math.Floor((centre - halfExtent) * size)),
        Math.Min(size - 1, (int)Math.Floor((centre + halfExtent) * size)));

    private static int CoveredPoints(SceneObject shown, int x, int y, int size)
    {
        var covered = 0;
        for (var i = 0; i < Subsamples * Subsamples; i++)
        {
            var pointX = (x + (((i % Subsamples) + 0.5) / Subsamples)) / size;
            var pointY = (y + (((i / Subsamples) + 0.5) / Subsamples)) / size;
            var (u, v) = ((pointX - shown.CentreX) / shown.HalfExtent, (pointY - shown.CentreY) / shown.HalfExtent);
            if (Outline.Contains(shown.Kind.Shape, u, v)) covered++;
        }

        return covered;
    }

    private static byte Blend(byte behind, byte front, int covered)
    {
        const int all = Subsamples * Subsamples;
        return (byte)(((front * covered) + (behind * (all - covered)) + (all / 2)) / all);
    }
}
