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
        ReadLinesAsync(path, inputSize, problems: null, cancellationToken).Select(line => line.Row);

    /// <summary>Reads the whole file once, so that what is wrong with it shows before any work starts.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with a row for the model that is to draw it, in words; null where nothing is.</param>
    /// <param name="inputSize">Width and height of the images that a job's rows can inpaint; null where its model draws whole images.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">As for <see cref="ReadAsync(string, int?, CancellationToken)"/>, or rows have problems: the message names the first hundred.</exception>
    public static async Task<PromptCounts> ValidateAsync(
        string path, Func<PromptRow, string?>? problem = null, int? inputSize = null, CancellationToken cancellationToken = default)
    {
        var counts = new PromptCounts(0, 0, 0, 0, 0);
        var problems = new RowProblems();
        await foreach (var ((row, _), line) in ReadLinesAsync(path, inputSize, problems, cancellationToken).ConfigureAwait(false))
        {
            if (problem?.Invoke(row) is { } what) problems.Add(path, line, PromptFields.Invalid($"{path} line {line}", RowProblemCodes.NotAllowed, PromptFields.Label, row.Label, what));
            counts = counts.With(row);
        }
        return problems.Total == 0 ? counts : throw new InvalidInputException(problems.Text(path));
    }

    /// <summary>
    /// Reads the rows of a list that somebody has sent. It cannot name pictures, which would be files of this machine. Rows with a problem are left out and collected; the
    /// rest keep the order of the list, with indices as if there were no others.
    /// </summary>
    /// <param name="content">The list; left open.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="extension">Its format: one of <see cref="Extensions"/>.</param>
    /// <param name="problems">Where problems of rows go.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">
    /// What is wrong leaves no row that could be told from the next: a header, a line without end, a quote that is never closed, another encoding; or there is no row at all.
    /// </exception>
    public static async IAsyncEnumerable<PromptRow> ReadAsync(
        Stream content, string name, string extension, RowProblems problems, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(problems);
        var parsed = FormatOf(name, extension)(name, TextLines.ReadAsync(content, name, problems, cancellationToken), problems);
        await foreach (var ((row, _), _) in NumberAsync(name, parsed, CheckNoPicture, problems, cancellationToken).ConfigureAwait(false)) yield return row;

        (string?, ReadOnlyMemory<byte>) CheckNoPicture(ParsedRow row) => row.Image is null && row.Mask is null
            ? default
            : throw PromptFields.Invalid($"{name} line {row.Line}", RowProblemCodes.NotAllowed, PromptFields.Image, row.Image, "there is an image, and a list that is sent cannot name files; atelier submit sends pictures");
    }

    private static IAsyncEnumerable<(SubmittedRow Row, long Line)> ReadLinesAsync(string path, int? inputSize, RowProblems? problems, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var allowed = $"a prompt list is a file whose name ends in {string.Join(", ", Extensions)}";
        if (Directory.Exists(path))
            throw new InvalidInputException($"{path} is a folder; {allowed}.");
        if (!File.Exists(path))
            throw new InvalidInputException($"{path}: there is no such file.");
        var parsed = FormatOf(path, Path.GetExtension(path))(path, TextLines.ReadAsync(path, problems, cancellationToken), problems);
        return NumberAsync(path, parsed, new RowInputs(path, inputSize).Prepare, problems, cancellationToken);
    }

    /// <summary>Gives rows their indices and inputs, and refuses ids that are there twice.</summary>
    private static async IAsyncEnumerable<(SubmittedRow Row, long Line)> NumberAsync(
        string list, IAsyncEnumerable<ParsedRow> parsed, Func<ParsedRow, (string? Sha256, ReadOnlyMemory<byte> Content)> prepare, RowProblems? problems,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ids = new DistinctIds(list);
        var rows = 0L;
        await foreach (var row in parsed.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var submitted = RowProblems.Try(problems, list, row.Line, () =>
            {
                if (row.Id is not null) ids.Add(row.Id, row.Line);
                var (sha256, input) = prepare(row);
                return new SubmittedRow(new PromptRow
                {
                    Index = rows,
                    Prompt = row.Prompt,
                    Id = row.Id,
                    Seed = row.Seed,
                    GuidanceScale = row.GuidanceScale,
                    NegativePrompt = row.NegativePrompt,
                    Label = row.Label,
                    InputSha256 = sha256,
                }, input);
            });
            if (submitted is null) continue;
            rows++;
            yield return (submitted, row.Line);
        }
        if (rows == 0 && problems is not { Total: > 0 })
            throw new InvalidInputException($"{list} has no rows; at least one prompt is needed.");
    }

    private static Func<string, IAsyncEnumerable<TextLine>, RowProblems?, IAsyncEnumerable<ParsedRow>> FormatOf(string list, string extension) => extension.ToLowerInvariant() switch
    {
        ".txt" => PlainPrompts.ParseAsync,
        ".jsonl" => JsonPrompts.ParseAsync,
        ".csv" => (file, lines, problems) => DelimitedPrompts.ParseAsync(file, lines, ',', problems),
        ".tsv" => (file, lines, problems) => DelimitedPrompts.ParseAsync(file, lines, '\t', problems),
        var other => throw new InvalidInputException(
            $"{list} {(other.Length == 0 ? "has no file name extension" : $"has the extension '{other}'")}; a prompt list is a file whose name ends in {string.Join(", ", Extensions)}."),
    };
}
