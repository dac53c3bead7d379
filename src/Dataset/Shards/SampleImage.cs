namespace Atelier.Dataset.Shards;

/// <summary>The image of a sample.</summary>
/// <param name="Format">Format, and file extension, of the image.</param>
/// <param name="Content">The image file.</param>
public sealed record SampleImage(string Format, byte[] Content);
