using System.Globalization;

namespace Atelier.Dataset.ContactSheets;

/// <summary>Breaks a caption into a few lines of a width.</summary>
internal static class CaptionText
{
    private const string Ellipsis = "\u2026";

    /// <summary>The lines, which the sheet can show; the last ends with an ellipsis if not all of the text found room. Words wider than a line are cut.</summary>
    public static IReadOnlyList<string> Wrap(string text, SheetText font, float width, int maxLines)
    {
        var lines = new List<string>();
        var words = new Queue<string>(SheetText.Showable(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        while (words.Count > 0 && lines.Count < maxLines)
        {
            var line = words.Dequeue();
            while (words.Count > 0 && Fits(line + " " + words.Peek(), font, width))
                line += " " + words.Dequeue();
            if (lines.Count == maxLines - 1 && words.Count > 0)
                line += Ellipsis;
            lines.Add(Cut(line, font, width));
        }
        return lines;
    }

    /// <summary>As much of a line as fits, ending with an ellipsis if that is not all.</summary>
    private static string Cut(string line, SheetText font, float width)
    {
        if (Fits(line, font, width))
            return line;
        // Whole characters as readers see them, so that none is torn apart.
        var characters = StringInfo.ParseCombiningCharacters(line);
        var (kept, tooMany) = (0, characters.Length);
        while (tooMany - kept > 1)
        {
            var middle = (kept + tooMany) / 2;
            if (Fits(line[..characters[middle]] + Ellipsis, font, width))
                kept = middle;
            else
                tooMany = middle;
        }
        return line[..characters[kept]].TrimEnd() + Ellipsis;
    }

    private static bool Fits(string line, SheetText font, float width) => font.Measure(line) <= width;
}
