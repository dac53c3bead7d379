using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Prompts;

namespace Atelier.Dashboard.Jobs;

/// <summary>A job that somebody asks for.</summary>
internal sealed record JobRequest
{
    /// <summary>Its name; one is made where there is none.</summary>
    public string? Id { get; init; }

    /// <summary>Its settings; the digest of the model may be left out.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>Who it is for, and when it gets workers.</summary>
    public JobScheduling? Scheduling { get; init; }

    /// <summary>What to find it by: up to 20 words or so, none with a comma.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>A note in words.</summary>
    public string? Note { get; init; }

    /// <summary>A list that was sent before, by its id.</summary>
    public string? File { get; init; }

    /// <summary>Or the rows themselves: prompts, or objects as in a .jsonl list.</summary>
    public IReadOnlyList<JsonElement>? Rows { get; init; }
}

/// <summary>Reads rows that stand in a request, by the rules of lists.</summary>
internal static class RequestRows
{
    /// <summary>The rows.</summary>
    /// <exception cref="ProblemException">Some cannot be used; <c>line</c> is the row's number, from 1.</exception>
    public static async Task<IReadOnlyList<PromptRow>> ReadAsync(IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        foreach (var row in rows)
        {
            JsonSerializer.Serialize(lines, row.ValueKind == JsonValueKind.String ? JsonSerializer.SerializeToElement(new Dictionary<string, string> { [PromptName] = row.GetString()! }) : row);
            lines.WriteByte((byte)'\n');
        }
        lines.Position = 0;
        var problems = new RowProblems();
        var read = await PromptFile.ReadAsync(lines, "rows", ".jsonl", problems, cancellationToken).ToListAsync(cancellationToken);
        return problems.Total == 0
            ? read
            : throw ProblemException.Invalid("rows.invalid", problems.Summary("rows")).With("errors", problems.First).With("errors_total", problems.Total);
    }

    private const string PromptName = "prompt";
}
