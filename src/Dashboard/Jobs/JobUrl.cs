namespace Atelier.Dashboard.Jobs;

/// <summary>Addresses of the pages of a job.</summary>
internal static class JobUrl
{
    public static string Of(string job, string? page = null) => $"/jobs/{Uri.EscapeDataString(job)}{(page is null ? "" : $"/{page}")}";

    /// <summary>The page of a sample.</summary>
    public static string Sample(string job, string key) => Of(job, $"images/{key}");

    /// <summary>The image itself; with the hash of its pixels it may be kept for good.</summary>
    public static string Image(string job, string key, string? sha) => $"{JobLinks.Of(job)}/samples/{key}/image{(sha is null ? "" : $"?sha={sha}")}";

    /// <summary>The image for pages that show many: a small picture where it is large.</summary>
    public static string Thumbnail(string job, string key, string? sha) => $"{JobLinks.Of(job)}/samples/{key}/image?size={Samples.Thumbnails.Size}{(sha is null ? "" : $"&sha={sha}")}";
}
