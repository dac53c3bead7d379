namespace Atelier.Dataset.Uploads;

/// <summary>A prompt list that somebody has sent, in a store: <c>.uploads/{id}/list.json</c>, written last, so that where it is, all its rows are.</summary>
public sealed record UploadedList
{
    /// <summary>Name of the list in the store.</summary>
    public required string Id { get; init; }

    /// <summary>What its sender called it.</summary>
    public required string Name { get; init; }

    /// <summary>Its rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Its length in bytes, unpacked.</summary>
    public required long Bytes { get; init; }

    /// <summary>Lower-case hex SHA-256 of these bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it goes.</summary>
    public required DateTimeOffset Expires { get; init; }
}
