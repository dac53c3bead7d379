namespace Atelier.Dataset.StoredModels;

/// <summary>A file of a model in a store.</summary>
internal sealed record ModelFileEntry
{
    /// <summary>Path within the model's folder.</summary>
    public required string Path { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Lower-case hex SHA-256 of its bytes.</summary>
    public required string Sha256 { get; init; }
}
