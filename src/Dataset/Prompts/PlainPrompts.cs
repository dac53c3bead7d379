namespace Atelier.Dataset.Prompts;

/// <summary>Reads a <c>.txt</c> file: one prompt a line.</summary>
internal static class PlainPrompts
{
    public static async IAsyncEnumerable<ParsedRow> ParseAsync(string path, IAsyncEnumerable<TextLine> lines, RowProblems? problems)
    {
        await foreach (var line in lines.ConfigureAwait(false))
        {
            if (!line.IsBlank && RowProblems.Try(problems, path, line.Number, () => PromptFields.CheckPrompt($"{path} line {line.Number}", line.Text)) is { } prompt)
                yield return new ParsedRow(line.Number, prompt);
        }
    }
}
