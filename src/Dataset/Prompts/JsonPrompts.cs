using System.Text;
using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dataset.Prompts;

/// <summary>Reads a <c>.jsonl</c> file: one JSON object a line.</summary>
internal static class JsonPrompts
{
    public static async IAsyncEnumerable<ParsedRow> ParseAsync(string path, IAsyncEnumerable<TextLine> lines, RowProblems? problems)
    {
        await foreach (var line in lines.ConfigureAwait(false))
        {
            if (!line.IsBlank && RowProblems.Try(problems, path, line.Number, () => Parse($"{path} line {line.Number}", line.Number, line.Utf8.Span)) is { } row)
                yield return row;
        }
    }

    private static ParsedRow Parse(string place, long number, ReadOnlySpan<byte> line)
    {
        try
        {
            return ParseObject(place, number, line);
        }
        catch (JsonException exception)
        {
            var position = exception.BytePositionInLine + 1;
            throw PromptFields.Invalid(
                place, $"{Show(line)} is not valid JSON at byte {position}; an object such as {{\"prompt\": \"a red circle\"}} is allowed", exception);
        }
    }

    private static ParsedRow ParseObject(string place, long number, ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw PromptFields.Invalid(place, $"{Show(line)} is not an object; one such as {{\"prompt\": \"a red circle\"}} is allowed");

        var row = new ParsedRow(number, null!);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(place, "a field's name", ref reader);
            if (!seen.Add(name))
                throw PromptFields.Invalid(place, RowProblemCodes.Twice, name, null, $"the field {PromptFields.Show(name)} is there twice");
            reader.Read();
            row = name switch
            {
                PromptFields.Prompt => row with { Prompt = Prompt(place, name, ref reader) },
                PromptFields.Label => row with { Label = Name(place, name, ref reader) },
                PromptFields.NegativePrompt => row with { NegativePrompt = reader.TokenType == JsonTokenType.Null ? null : Prompt(place, name, ref reader) },
                PromptFields.Image => row with { Image = Picture(place, name, ref reader) },
                PromptFields.Mask => row with { Mask = Picture(place, name, ref reader) },
                PromptFields.Id => row with { Id = Name(place, name, ref reader) },
                PromptFields.Seed => row with { Seed = Seed(place, ref reader) },
                PromptFields.GuidanceScale => row with { GuidanceScale = GuidanceScale(place, ref reader) },
                _ => throw PromptFields.Invalid(place, RowProblemCodes.Unknown, name, null, $"unknown field {PromptFields.Show(name)}; known: {PromptFields.Known}"),
            };
        }
        // Reads on to the end, so that anything after the object is found.
        reader.Read();
        return row.Prompt is not null ? row
            : row.Label is not null ? row with { Prompt = "" }
            : throw PromptFields.Invalid(place, RowProblemCodes.Missing, PromptFields.Prompt, null, $"{Show(line)} has no field 'prompt', which is required, or 'label'");
    }

    private static string Prompt(string place, string field, ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String
        ? PromptFields.CheckPrompt(place, Text(place, field, ref reader), field)
        : throw WrongType(place, field, "a string", ref reader);

    private static string? Name(string place, string field, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => PromptFields.CheckName(place, field, Text(place, field, ref reader)),
        JsonTokenType.Number => PromptFields.CheckName(place, field, Raw(ref reader)),
        _ => throw WrongType(place, field, "a string or a number", ref reader),
    };

    private static string? Picture(string place, string field, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => PromptFields.CheckName(place, field, Text(place, field, ref reader)),
        _ => throw WrongType(place, field, "the path of a picture", ref reader),
    };

    private static ulong? Seed(string place, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => PromptFields.ParseSeed(place, Text(place, PromptFields.Seed, ref reader)),
        JsonTokenType.Number => PromptFields.ParseSeed(place, Raw(ref reader)),
        _ => throw WrongType(place, PromptFields.Seed, PromptFields.SeedRange, ref reader),
    };

    private static double? GuidanceScale(string place, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number => PromptFields.ParseGuidanceScale(place, Raw(ref reader)),
        _ => throw WrongType(place, PromptFields.GuidanceScale, JobSpecRules.GuidanceScaleRange, ref reader),
    };

    private static string Text(string place, string field, ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw PromptFields.Invalid(place, RowProblemCodes.NotAllowed, field, Raw(ref reader), $"{field} is {PromptFields.Show(Raw(ref reader))}, which escapes half of a surrogate pair", exception);
        }
    }

    private static InvalidInputException WrongType(string place, string field, string allowed, ref Utf8JsonReader reader)
    {
        var found = reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => $"the string {PromptFields.Show(Raw(ref reader))}",
            _ => Raw(ref reader),
        };
        return PromptFields.Invalid(place, RowProblemCodes.NotAllowed, field, Raw(ref reader), $"{field} is {found}; {allowed} is allowed");
    }

    private static string Raw(ref Utf8JsonReader reader) => Encoding.UTF8.GetString(reader.ValueSpan);

    private static string Show(ReadOnlySpan<byte> line) => PromptFields.Show(Encoding.UTF8.GetString(line));
}
