using System.Globalization;
using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Input;

namespace Atelier.Dataset.Prompts;

/// <summary>What each field of a row may hold, whatever the file's format.</summary>
internal static class PromptFields
{
    public const string Prompt = "prompt";
    public const string Id = "id";
    public const string Seed = "seed";
    public const string GuidanceScale = "guidance_scale";

    public const string NegativePrompt = "negative_prompt";

    public const string Label = "label";

    public const string Image = "image";

    public const string Mask = "mask";

    public const string Known = "prompt, id, seed, guidance_scale, negative_prompt, label, image, mask";
    public const string SeedRange = "a whole number from 0 to 18446744073709551615";

    /// <summary>How long a prompt may be, or a caption, in UTF-8.</summary>
    public const int MaxPromptBytes = 1 << 20;

    private const int MaxNameCharacters = 1024;
    private const int ShownCharacters = 60;
    private const string DataKey = "row problem";

    public static string CheckPrompt(string place, string prompt, string field = Prompt)
    {
        var bytes = Encoding.UTF8.GetByteCount(prompt);
        if (bytes > MaxPromptBytes)
            throw Invalid(place, RowProblemCodes.TooLong, field, prompt, $"the {field} {Show(prompt)} has {bytes:N0} bytes; at most {MaxPromptBytes:N0} are allowed");
        CheckNoNul(place, field, prompt);
        return prompt;
    }

    public static string CheckName(string place, string field, string name)
    {
        if (name.Length is 0 or > MaxNameCharacters)
            throw Invalid(place, name.Length == 0 ? RowProblemCodes.NotAllowed : RowProblemCodes.TooLong, field, name, $"the {field} {Show(name)} has {name.Length:N0} characters; 1 to {MaxNameCharacters:N0} are allowed");
        CheckNoNul(place, field, name);
        return name;
    }

    public static ulong ParseSeed(string place, string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw Invalid(place, RowProblemCodes.NotAllowed, Seed, text, $"{Seed} is {Show(text)}; {SeedRange} is allowed");

    public static double ParseGuidanceScale(string place, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale) && JobSpecRules.IsGuidanceScale(scale)
            ? scale
            : throw Invalid(place, RowProblemCodes.NotAllowed, GuidanceScale, text, $"{GuidanceScale} is {Show(text)}; {JobSpecRules.GuidanceScaleRange} is allowed");

    /// <summary>What is wrong with a whole row.</summary>
    public static InvalidInputException Invalid(string place, string what, Exception? inner = null) => Invalid(place, RowProblemCodes.Malformed, null, null, what, inner);

    /// <summary>What is wrong with a field of a row.</summary>
    public static InvalidInputException Invalid(string place, string code, string? field, string? value, string what, Exception? inner = null)
    {
        var problem = inner is null ? new InvalidInputException($"{place}: {what}.") : new InvalidInputException($"{place}: {what}.", inner);
        problem.Data[DataKey] = (field, code, value is null ? null : PrintableText.Of(value, ShownCharacters));
        return problem;
    }

    /// <summary>What <see cref="Invalid(string, string, string, string, string, Exception)"/> was told of a problem.</summary>
    public static (string? Field, string Code, string? Value) WhatOf(InvalidInputException problem) =>
        problem.Data[DataKey] is ValueTuple<string?, string, string?> what ? what : (null, RowProblemCodes.NotText, null);

    /// <summary>The beginning of a text, in quotes, fit for one line of a terminal.</summary>
    public static string Show(string text) => $"'{PrintableText.Of(text, ShownCharacters)}'";

    private static void CheckNoNul(string place, string field, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Invalid(place, RowProblemCodes.NotAllowed, field, text, $"the {field} {Show(text)} holds a NUL character (U+0000), which is not allowed");
    }
}
