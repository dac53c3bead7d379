using System.Globalization;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Closing;

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

    /// <summary>The line of a failed sample.</summary>
    public static byte[] Of(ShardRow row) => JobJson.Write(
        new ErrorLine
        {
            Key = row.Key,
            Id = row.Id,
            Prompt = row.Prompt,
            Row = row.Row,
            Image = row.Image,
            Seed = row.Seed.ToString(CultureInfo.InvariantCulture),
            ErrorCode = row.ErrorCode,
            ErrorMessage = row.ErrorMessage,
        },
        JobJson.Line.ErrorLine);
}
