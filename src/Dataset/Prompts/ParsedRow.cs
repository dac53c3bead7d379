namespace Atelier.Dataset.Prompts;

/// <summary>A row as its file has it.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Prompt">The text to draw.</param>
/// <param name="Id">The user's name for the row.</param>
/// <param name="Seed">The row's own seed.</param>
/// <param name="GuidanceScale">The row's own guidance scale.</param>
/// <param name="NegativePrompt">The row's own text to lead away from.</param>
/// <param name="Label">The class to draw.</param>
/// <param name="Image">Path of the picture to inpaint.</param>
/// <param name="Mask">Path of the picture that says where: white is drawn new.</param>
internal sealed record ParsedRow(
    long Line, string Prompt, string? Id = null, ulong? Seed = null, double? GuidanceScale = null, string? NegativePrompt = null,
    string? Label = null, string? Image = null, string? Mask = null);
