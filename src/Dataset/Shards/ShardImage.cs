namespace Atelier.Dataset.Shards;

/// <summary>A sample as the tar file has it.</summary>
/// <param name="Key">The sample's name.</param>
/// <param name="Format">Format, and file extension, of the image.</param>
/// <param name="Content">The image file.</param>
/// <param name="Prompt">The text that was asked for.</param>
/// <param name="Metadata">The metadata: a JSON object in UTF-8.</param>
public sealed record ShardImage(string Key, string Format, byte[] Content, string Prompt, byte[] Metadata);
