namespace Atelier.Shapes;

/// <summary>A template laid over a region of the image.</summary>
/// <param name="Shape">The template's shape.</param>
/// <param name="CentreX">The middle of the template's square, in pixels.</param>
/// <param name="CentreY">The middle of the template's square, in pixels.</param>
/// <param name="HalfExtent">Half the side of the template's square, in pixels.</param>
/// <param name="Overlap">Likeness of template t and region r: 2 sum(t r) / (sum(t^2) + sum(r^2)), in [0, 1].</param>
internal sealed record ShapeFit(Shape Shape, double CentreX, double CentreY, double HalfExtent, double Overlap)
{
    // From how wide a square a pixel gathers its light: its own in a sharp image, up to almost three wide in a blurred one.
    private static readonly double[] Footprints = [1, 1.8, 2.6];

    /// <summary>The template that fits best, whatever the blur.</summary>
    /// <remarks>
    /// A template is laid so that its area and centre of gravity are the region's. Blur changes neither of them, unlike a bounding box.
    /// </remarks>
    public static ShapeFit Best(IReadOnlyCollection<CoveredPixel> region)
    {
        var area = region.Sum(pixel => pixel.Coverage);
        var centroidX = region.Sum(pixel => pixel.Coverage * pixel.X) / area;
        var centroidY = region.Sum(pixel => pixel.Coverage * pixel.Y) / area;
        var fits =
            from template in Template.All
            let halfExtent = Math.Sqrt(area / template.Area)
            let centreY = centroidY - (halfExtent * template.CentroidV)
            let overlap = Footprints.Max(footprint => Compare(template, centroidX, centreY, halfExtent, footprint, region))
            select new ShapeFit(template.Shape, centroidX, centreY, halfExtent, overlap);
        return fits.MaxBy(fit => fit.Overlap)!;
    }

    private static double Compare(
        Template template, double centreX, double centreY, double halfExtent, double footprint, IReadOnlyCollection<CoveredPixel> region)
    {
        var (product, squares) = (0.0, 0.0);
        foreach (var pixel in region)
        {
            var (u, v) = ((pixel.X - centreX) / halfExtent, (pixel.Y - centreY) / halfExtent);
            var expected = template.Coverage(u, v, footprint / halfExtent);
            product += pixel.Coverage * expected;
            squares += (pixel.Coverage * pixel.Coverage) + (expected * expected);
        }

        return 2 * product / squares;
    }
}
