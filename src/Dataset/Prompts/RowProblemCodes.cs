namespace Atelier.Dataset.Prompts;

/// <summary>What can be wrong with a row, as codes for programs: they stay, while the words beside them may change.</summary>
public static class RowProblemCodes
{
    /// <summary>The line is not text in UTF-8.</summary>
    public const string NotText = "row.not_text";

    /// <summary>The line is not what its format has a row be: a JSON object, or as many fields as there are columns.</summary>
    public const string Malformed = "row.malformed";

    /// <summary>A field is missing that every row needs.</summary>
    public const string Missing = "field.missing";

    /// <summary>There is no such field.</summary>
    public const string Unknown = "field.unknown";

    /// <summary>A field, or the id of another row, is there twice.</summary>
    public const string Twice = "field.twice";

    /// <summary>A field has a value that is not allowed.</summary>
    public const string NotAllowed = "field.not_allowed";

    /// <summary>A field is longer than is allowed.</summary>
    public const string TooLong = "field.too_long";
}
