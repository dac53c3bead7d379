using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Inputs;

namespace Atelier.Dataset.Prompts;

/// <summary>
/// Reads a user's prompt list as a stream, in memory that does not grow with the file (but for the ids: 40 bytes each, to find duplicates).
/// The file name's ending tells the format, and blank lines are skipped in all of them:
/// <list type="bullet">
/// <item><c>.txt</c>: one prompt a line, kept as it is.</item>
/// <item><c>.jsonl</c>: one object a line with <c>prompt</c> or <c>label</c> and, if wanted, <c>id</c>, <c>seed</c>, <c>guidance_scale</c>,
/// <c>negative_prompt</c>, and <c>image</c> with <c>mask</c>.</item>
/// <item><c>.csv</c>, <c>.tsv</c>: a header with columns of the same names, then rows; quotes and newlines within quotes as in RFC 4180;
/// an empty cell is a setting not given.</item>
/// </list>
/// <c>image</c> is the path of a picture to inpaint and <c>mask</c> that of a picture of its size: where the mask is white the image is drawn new,
/// where it is black the image is kept. Paths are absolute, or relative to the folder of the list; they may lead out of it, through links too, so a
/// list can show its model any picture that its user can read. A picture has at most 64 MiB and 64 million pixels.
/// Text is UTF-8, with or without a byte order mark; lines end with LF or CR LF. Whatever else is in the file is refused with its line.
/// </summary>
public static class PromptFile
{
    /// <summary>The endings of the names of prompt lists.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".txt", ".jsonl", ".csv", ".tsv"];

    /// <summary>Reads the rows, in the order of the file, with their indices; the list is for a model that draws whole images.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">
    /// The file cannot be used, or a row has an image; the message names the file, the line, the value and what is allowed. Rows before that line were
    /// given already.
    /// </exception>
    public static IAsyncEnumerable<PromptRow> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        ReadAsync(path, null, cancellationToken).Select(submitted => submitted.Row);

    /// <summary>Reads the rows, in the order of the file, with their indices and the pictures they name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inputSize">Width and height of the images that a job's rows can inpaint; null where its model draws whole images.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">
    /// The file or a picture cannot be used, or a row has an image and the model does not inpaint; the message names the file, the line, the value and
    /// what is allowed. Rows before that line were given already.
    /// </exception>
    public static IAsyncEnumerable<SubmittedRow> ReadAsync(string path, int? inputSize, CancellationToken cancellationToken = default) =>
        ReadLinesAsync(path, inputSize, cancellationToken).Select(line => line.Row);

    /// <summary>Reads the whole file once, so that what is wrong with it shows before any work starts.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with a row for the model that is to draw it, in words; null where nothing is.</param>
    /// <param name="inputSize">Width and height of the images that a job's rows can inpaint; null where its model draws whole images.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">As for <see cref="ReadAsync(string, int?, CancellationToken)"/>, or a row has a problem.</exception>
    public static async Task<PromptCounts> ValidateAsync(
        string path, Func<PromptRow, string?>? problem = null, int? inputSize = null, CancellationToken cancellationToken = default)
    {
        var counts = new PromptCounts(0, 0, 0, 0, 0);
        await foreach (var ((row, _), line) in ReadLinesAsync(path, inputSize, cancellationToken).ConfigureAwait(false))
        {
            if (problem?.Invoke(row) is { } what) throw PromptFields.Invalid($"{path} line {line}", what);
            counts = counts.With(row);
        }
        return counts;
    }

    private static async IAsyncEnumerable<(SubmittedRow Row, long Line)> ReadLinesAsync(
        string path, int? inputSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var format = FormatOf(path);
        var ids = new DistinctIds(path);
        var inputs = new RowInputs(path, inputSize);
        var rows = 0L;
        await foreach (var row in format(path, TextLines.ReadAsync(path, cancellationToken)).ConfigureAwait(false))
        {
            if (row.Id is not null)
                ids.Add(row.Id, row.Line);
            var (sha256, input) = inputs.Prepare(row);
            yield return (new SubmittedRow(new PromptRow
            {
                Index = rows++,
                Prompt = row.Prompt,
                Id = row.Id,
                Seed = row.Seed,
                GuidanceScale = row.GuidanceScale,
                NegativePrompt = row.NegativePrompt,
                Label = row.Label,
                InputSha256 = sha256,
            }, input), row.Line);
        }
        if (rows == 0)
            throw new InvalidInputException($"{path} has no rows; at least one prompt is needed.");
    }

    private static Func<string, IAsyncEnumerable<TextLine>, IAsyncEnumerable<ParsedRow>> FormatOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var allowed = $"a prompt list is a file whose name ends in {string.Join(", ", Extensions)}";
        if (Directory.Exists(path))
            throw new InvalidInputException($"{path} is a folder; {allowed}.");
        if (!File.Exists(path))
            throw new InvalidInputException($"{path}: there is no such file.");
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".txt" => PlainPrompts.ParseAsync,
            ".jsonl" => JsonPrompts.ParseAsync,
            ".csv" => (file, lines) => DelimitedPrompts.ParseAsync(file, lines, ','),
            ".tsv" => (file, lines) => DelimitedPrompts.ParseAsync(file, lines, '\t'),
            var other => throw new InvalidInputException(
                $"{path} {(other.Length == 0 ? "has no file name extension" : $"has the extension '{other}'")}; {allowed}."),
        };
    }
}
