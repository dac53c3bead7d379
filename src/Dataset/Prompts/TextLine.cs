using System.Text;

namespace Atelier.Dataset.Prompts;

/// <summary>A line of a text file.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Utf8">Its valid UTF-8 bytes, without the end of the line; good until the next line is read.</param>
internal readonly record struct TextLine(long Number, ReadOnlyMemory<byte> Utf8)
{
    public string Text => Encoding.UTF8.GetString(Utf8.Span);

    public bool IsBlank => Utf8.Span.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0;
}
