namespace Atelier.Abstractions.Shards;

/// <summary>The image formats a job may write; each name is also the file extension inside the shard.</summary>
public static class ImageFormats
{
    /// <summary>Lossless PNG.</summary>
    public const string Png = "png";

    /// <summary>JPEG at the job's quality.</summary>
    public const string Jpg = "jpg";

    /// <summary>Lossy WebP at the job's quality.</summary>
    public const string Webp = "webp";

    /// <summary>All known names.</summary>
    public static IReadOnlyList<string> All { get; } = [Png, Jpg, Webp];
}
