namespace Atelier.Dataset.Jobs;

/// <summary>A failed sample as a line of <c>errors.jsonl</c>.</summary>
internal sealed record ErrorLine
{
    public required string Key { get; init; }

    public required string? Id { get; init; }

    public required string Prompt { get; init; }

    public required long Row { get; init; }

    public required int Image { get; init; }

    /// <summary>A string, as in the tar files: it may be more than a JSON reader's integers hold.</summary>
    public required string Seed { get; init; }

    public required string? ErrorCode { get; init; }

    public required string? ErrorMessage { get; init; }
}
