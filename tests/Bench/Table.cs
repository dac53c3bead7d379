namespace Atelier.Bench;

/// <summary>A Markdown table on the console, written row by row.</summary>
/// <param name="columns">Heads of the columns.</param>
internal sealed class Table(params string[] columns)
{
    /// <summary>Writes the head.</summary>
    public void WriteHead()
    {
        WriteRow(columns);
        Console.WriteLine($"|{string.Concat(columns.Select(_ => "---:|"))}");
    }

    /// <summary>Writes a row.</summary>
    /// <param name="cells">A cell for each column.</param>
    public void WriteRow(IReadOnlyList<string> cells)
    {
        if (cells.Count != columns.Length) throw new ArgumentException($"{cells.Count} cells do not fit {columns.Length} columns", nameof(cells));
        Console.WriteLine($"| {string.Join(" | ", cells)} |");
    }
}
