namespace Atelier.Diffusion.Tokenization;

/// <summary>A line of a file of merges.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, from 1.</param>
/// <param name="Left">The first token.</param>
/// <param name="Right">The second token.</param>
internal sealed record MergeLine(string Path, int Number, string Left, string Right)
{
    private const int MaxShown = 80;

    public InvalidDataException Invalid(string what) => BoundedFile.Invalid($"{Path}:{Number}", what);

    public override string ToString() => Shorten($"{Left} {Right}");

    /// <summary>Text of a damaged file may be of any length; a message shows its start.</summary>
    public static string Shorten(string value) => value.Length <= MaxShown ? value : value[..MaxShown] + "...";
}
