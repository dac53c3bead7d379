using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Samples;

/// <summary>Where samples are.</summary>
internal static class SampleLinks
{
    /// <summary>The path of a sample's image; with the SHA-256 of its pixels it can be kept for good.</summary>
    public static string Image(string job, string key, string? pixelSha256) => $"{JobLinks.Of(job)}/samples/{key}/image{(pixelSha256 is null ? "" : $"?sha={pixelSha256}")}";
}
