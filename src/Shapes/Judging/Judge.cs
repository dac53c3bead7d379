namespace Atelier.Shapes;

/// <summary>Sees what an image shows.</summary>
/// <remarks>
/// It knows the pixels and what the names of colours and shapes mean, and nothing of captions, positions or the renderer.
/// The background is the median of the border. Regions that differ from it are segmented, and each is named: its colour by its
/// strongest quarter, its shape by the template that is most alike at equal area and centre of gravity. An image may be
/// slightly blurred and noisy, as those of a diffusion model are.
/// </remarks>
public static class Judge
{
    // An object is large if its half extent is a greater part of the image's side.
    private const double LargeHalfExtent = 0.15;

    // Blurred and noisy renderings fit above 0.97; half discs, crescents, slanted crosses and two blobs in one stay below 0.92.
    private const double LeastOverlap = 0.92;

    /// <summary>Looks at one image.</summary>
    /// <param name="rgb">RGB bytes, [height, width, 3], rows from the top.</param>
    /// <param name="width">The width in pixels, at least 8.</param>
    /// <param name="height">The height in pixels, at least 8.</param>
    /// <returns>The background and every object, named where a name fits.</returns>
    /// <exception cref="ArgumentException">The image is too small or the bytes are not width x height x 3.</exception>
    public static Observation Look(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 8);
        if (rgb.Length != width * height * 3)
            throw new ArgumentException($"{rgb.Length} bytes are no RGB image of {width} x {height} pixels", nameof(rgb));

        var pixels = Pixels.From(rgb, width, height);
        var background = Colour.Median(pixels.Border());
        var regions = Segmentation.Regions(pixels, background);
        var owned = regions.SelectMany(region => region).ToHashSet();
        return new Observation(
            width,
            height,
            ColourNames.OfBackground(background),
            [.. regions.Select(region => Recognise(region, owned, pixels, background))]);
    }

    private static ObservedObject Recognise(IReadOnlyList<int> region, HashSet<int> owned, Pixels pixels, Colour background)
    {
        var strongest = region.OrderByDescending(pixel => Colour.Distance(pixels.Values[pixel], background)).Take((region.Count + 3) / 4);
        var colour = Colour.Median([.. strongest.Select(pixel => pixels.Values[pixel])]);
        var name = ColourNames.OfObject(colour, background);

        // A thin stroke never reaches its full colour in a blurred image, so coverage is measured against the colour it is named by.
        var full = name is { } known ? Colour.From(Palette.Of(known)) : colour;

        // The outermost pixels of an object may be too faint to be segmented; take back a rim that no other region owns.
        var rim = region.SelectMany(pixels.Around).Where(pixel => !owned.Contains(pixel)).Distinct();
        var fit = ShapeFit.Best([.. region.Concat(rim).Select(Cover)]);
        return new ObservedObject(
            name,
            fit.Overlap >= LeastOverlap ? fit.Shape : null,
            fit.HalfExtent > LargeHalfExtent * Math.Min(pixels.Width, pixels.Height) ? ObjectSize.Large : ObjectSize.Small,
            fit.CentreX,
            fit.CentreY,
            fit.HalfExtent,
            fit.Overlap);

        CoveredPixel Cover(int pixel) => new(
            (pixel % pixels.Width) + 0.5,
            (pixel / pixels.Width) + 0.5,
            Math.Clamp(pixels.Values[pixel].StrengthOf(full, background), 0, 1));
    }
}
