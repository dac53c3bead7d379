namespace Atelier.Dataset.Prompts;

/// <summary>Reads a <c>.csv</c> or <c>.tsv</c> file: a header that names the columns, then a row for each record.</summary>
internal static class DelimitedPrompts
{
    public static async IAsyncEnumerable<ParsedRow> ParseAsync(string path, IAsyncEnumerable<TextLine> lines, char delimiter, RowProblems? problems)
    {
        Header? header = null;
        await foreach (var (line, fields) in DelimitedRecords.ParseAsync(path, lines, delimiter, problems).ConfigureAwait(false))
        {
            var place = $"{path} line {line}";
            if (header is null)
                header = Header.Parse(place, fields, delimiter);
            else if (RowProblems.Try(problems, path, line, () => header.Parse(place, line, fields)) is { } row)
                yield return row;
        }
    }

    /// <summary>Where each column is; null for one that the file does not have.</summary>
    private sealed record Header(int Columns, int? Prompt, int? Label, int? Id, int? Seed, int? GuidanceScale, int? NegativePrompt, int? Image, int? Mask)
    {
        public static Header Parse(string place, string[] fields, char delimiter)
        {
            var header = new Header(fields.Length, null, null, null, null, null, null, null, null);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var column = 0; column < fields.Length; column++)
            {
                var name = fields[column].Trim();
                if (!seen.Add(name))
                    throw PromptFields.Invalid(place, $"the column {PromptFields.Show(name)} is there twice");
                header = name switch
                {
                    PromptFields.Prompt => header with { Prompt = column },
                    PromptFields.Label => header with { Label = column },
                    PromptFields.Id => header with { Id = column },
                    PromptFields.Seed => header with { Seed = column },
                    PromptFields.GuidanceScale => header with { GuidanceScale = column },
                    PromptFields.NegativePrompt => header with { NegativePrompt = column },
                    PromptFields.Image => header with { Image = column },
                    PromptFields.Mask => header with { Mask = column },
                    _ => throw PromptFields.Invalid(
                        place,
                        $"unknown column {PromptFields.Show(name)}; the first line must name the columns, separated by "
                        + $"{(delimiter == '\t' ? "tabs" : "commas")}; known: {PromptFields.Known}"),
                };
            }
            return header.Prompt is not null || header.Label is not null
                ? header
                : throw PromptFields.Invalid(place, "there is no column 'prompt', which is required, or 'label'");
        }

        public ParsedRow Parse(string place, long line, string[] fields)
        {
            if (fields.Length != Columns)
                throw PromptFields.Invalid(place, $"there are {fields.Length} fields, but {Columns} columns; quote a field that holds a delimiter");
            var label = Cell(fields, Label);
            // Without a prompt's column each row is known by its label; with one an empty cell is the empty prompt.
            if (Prompt is null && label is null) throw PromptFields.Invalid(place, RowProblemCodes.Missing, PromptFields.Label, null, "the label is empty, and there is no column 'prompt'");
            var id = Cell(fields, Id);
            var seed = Cell(fields, Seed)?.Trim();
            var guidanceScale = Cell(fields, GuidanceScale);
            var negativePrompt = Cell(fields, NegativePrompt);
            var (image, mask) = (Cell(fields, Image), Cell(fields, Mask));
            return new ParsedRow(
                line,
                PromptFields.CheckPrompt(place, Prompt is { } prompt ? fields[prompt] : ""),
                id is null ? null : PromptFields.CheckName(place, PromptFields.Id, id),
                seed is null ? null : PromptFields.ParseSeed(place, seed),
                guidanceScale is null ? null : PromptFields.ParseGuidanceScale(place, guidanceScale),
                negativePrompt is null ? null : PromptFields.CheckPrompt(place, negativePrompt, PromptFields.NegativePrompt),
                label is null ? null : PromptFields.CheckName(place, PromptFields.Label, label),
                image is null ? null : PromptFields.CheckName(place, PromptFields.Image, image),
                mask is null ? null : PromptFields.CheckName(place, PromptFields.Mask, mask));
        }

        private static string? Cell(string[] fields, int? column) => column is { } at && fields[at].Length > 0 ? fields[at] : null;
    }
}
