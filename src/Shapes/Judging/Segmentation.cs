namespace Atelier.Shapes;

/// <summary>Finds the connected regions that stand out from the background.</summary>
/// <remarks>
/// A single threshold would either lose pale objects or glue strong ones together across a blurred gap. So a region is split whenever
/// a higher threshold parts it into regions that both rise well above that threshold: they are two hills with a valley between.
/// </remarks>
internal sealed class Segmentation
{
    // The least difference from the background that counts as foreground: three standard deviations of noise of 8 / 255.
    private const double FirstThreshold = 24;
    private const double ThresholdStep = 1.25;

    // Two hills are two objects if the valley between them is lower than this part of either.
    private const double DeepestValley = 0.55;

    // Smaller regions, as a part of the image, are specks: 6 pixels of 32 x 32.
    private const double LeastArea = 0.0059;

    private readonly Pixels _pixels;
    private readonly double[] _contrast;

    private Segmentation(Pixels pixels, Colour background)
    {
        _pixels = pixels;
        _contrast = [.. pixels.Values.Select(colour => Colour.Distance(colour, background))];
    }

    /// <summary>The regions, the largest first; each is a set of pixel indices.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Regions(Pixels pixels, Colour background)
    {
        var segmentation = new Segmentation(pixels, background);
        return
        [
            .. segmentation.Components(Enumerable.Range(0, pixels.Values.Length), FirstThreshold)
                .SelectMany(region => segmentation.Split(region, FirstThreshold * ThresholdStep))
                .OrderByDescending(region => region.Count),
        ];
    }

    private IEnumerable<IReadOnlyList<int>> Split(IReadOnlyList<int> region, double threshold)
    {
        for (; threshold <= DeepestValley * Height(region); threshold *= ThresholdStep)
        {
            var hills = Components(region, threshold).Where(hill => threshold <= DeepestValley * Height(hill)).ToList();
            if (hills.Count > 1) return hills.SelectMany(hill => Split(hill, threshold * ThresholdStep));
        }

        return [region];
    }

    /// <summary>The upper quartile of a region's contrast: robust against noise, and not lowered much by soft edges.</summary>
    private double Height(IReadOnlyList<int> region)
    {
        var sorted = region.Select(pixel => _contrast[pixel]).Order().ToArray();
        return sorted[sorted.Length * 3 / 4];
    }

    /// <summary>The connected parts of what lies above the threshold, without specks.</summary>
    private List<IReadOnlyList<int>> Components(IEnumerable<int> within, double threshold)
    {
        var components = new List<IReadOnlyList<int>>();
        var unvisited = within.Where(pixel => _contrast[pixel] > threshold).ToHashSet();
        var open = new Stack<int>();
        while (unvisited.Count > 0)
        {
            var component = new List<int>();
            Visit(unvisited.First());
            while (open.TryPop(out var pixel))
            {
                component.Add(pixel);
                foreach (var neighbour in _pixels.Around(pixel)) Visit(neighbour);
            }

            if (component.Count >= LeastArea * _pixels.Values.Length) components.Add(component);
        }

        return components;

        void Visit(int pixel)
        {
            if (unvisited.Remove(pixel)) open.Push(pixel);
        }
    }
}
