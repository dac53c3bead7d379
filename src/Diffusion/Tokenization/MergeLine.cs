using Atelier.Input;

namespace Atelier.Diffusion.Tokenization;

/// <summary>A line of a file of merges.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, from 1.</param>
/// <param name="Left">The first token.</param>
/// <param name="Right">The second token.</param>
internal sealed record MergeLine(string Path, int Number, string Left, string Right)
{
    public InvalidDataException Invalid(string what) => BoundedFile.Invalid($"{Path}:{Number}", what);

    public override string ToString() => PrintableText.Of($"{Left} {Right}");
}
