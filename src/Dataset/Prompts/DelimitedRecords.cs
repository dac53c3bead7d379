using System.Text;
using Atelier.Abstractions;

namespace Atelier.Dataset.Prompts;

/// <summary>
/// Reads records of fields as in RFC 4180, with any delimiter. Written here because general readers take a quote that is never closed for
/// one long field, which would make one prompt of the rest of the file, and because a field's line must be right whatever stands before it.
/// </summary>
internal static class DelimitedRecords
{
    // More than any row that is allowed; a quote never closed is found without reading the whole file.
    private const int MaxCharacters = 8 << 20;

    private enum State
    {
        FieldStart,
        Unquoted,
        Quoted,
        AfterQuote,
    }

    /// <summary>The records with the line each begins on; blank lines between them are skipped.</summary>
    public static async IAsyncEnumerable<(long Line, string[] Fields)> ParseAsync(
        string path, IAsyncEnumerable<TextLine> lines, char delimiter, RowProblems? problems)
    {
        var (first, length, state) = (0L, 0, State.FieldStart);
        var fields = new List<string>();
        var field = new StringBuilder();
        await foreach (var line in lines.ConfigureAwait(false))
        {
            if (state != State.Quoted)
            {
                if (line.IsBlank)
                    continue;
                (first, length) = (line.Number, 0);
            }
            var text = line.Text;
            length += text.Length;
            if (length > MaxCharacters)
                throw PromptFields.Invalid($"{path} line {first}", $"the row has more than {MaxCharacters:N0} characters, so a quote in it may never be closed");
            try
            {
                state = ReadLine($"{path} line {line.Number}", text, delimiter, state, fields, field);
            }
            catch (InvalidInputException problem) when (problems is not null)
            {
                problems.Add(path, line.Number, problem);
                state = State.FieldStart;
                fields.Clear();
                field.Clear();
                continue;
            }
            if (state == State.Quoted)
            {
                field.Append('\n');
                continue;
            }
            yield return (first, fields.ToArray());
            fields.Clear();
        }
        if (state == State.Quoted)
            throw PromptFields.Invalid($"{path} line {first}", "a quote is opened in this row and never closed");
    }

    /// <summary>Adds what a line holds to the record; a field still open at its end stays in <paramref name="field"/>.</summary>
    private static State ReadLine(string place, string text, char delimiter, State state, List<string> fields, StringBuilder field)
    {
        if (state != State.Quoted)
            state = State.FieldStart;
        foreach (var character in text)
        {
            if (state == State.Quoted)
            {
                if (character == '"')
                    state = State.AfterQuote;
                else
                    field.Append(character);
            }
            else if (character == delimiter)
            {
                EndField(fields, field);
                state = State.FieldStart;
            }
            else if (state == State.FieldStart && character == '"')
            {
                state = State.Quoted;
            }
            else if (state == State.AfterQuote)
            {
                // Two quotes within quotes stand for one.
                if (character != '"')
                    throw PromptFields.Invalid(place, $"{PromptFields.Show(character.ToString())} follows a closing quote; write \"\" for a quote");
                field.Append('"');
                state = State.Quoted;
            }
            else
            {
                field.Append(character);
                state = State.Unquoted;
            }
        }
        if (state != State.Quoted)
            EndField(fields, field);
        return state;
    }

    private static void EndField(List<string> fields, StringBuilder field)
    {
        fields.Add(field.ToString());
        field.Clear();
    }
}
