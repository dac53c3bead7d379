namespace Atelier.Cli.Evaluate;

/// <summary>How different images of one caption are.</summary>
internal static class Diversity
{
    /// <summary>The mean over all pairs of images of the root mean square difference of their bytes, in [0, 1]; NaN without a pair.</summary>
    /// <param name="images">Images of equal size.</param>
    public static double Of(IReadOnlyList<byte[]> images) =>
        images.SelectMany((first, i) => images.Skip(i + 1).Select(second => Distance(first, second))).DefaultIfEmpty(double.NaN).Average();

    private static double Distance(byte[] first, byte[] second)
    {
        var sum = 0L;
        for (var i = 0; i < first.Length; i++) sum += (first[i] - second[i]) * (first[i] - second[i]);
        return Math.Sqrt((double)sum / first.Length) / byte.MaxValue;
    }
}
