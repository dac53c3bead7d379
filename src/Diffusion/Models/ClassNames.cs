using System.Globalization;
using System.Text;
using Atelier.Input;

namespace Atelier.Diffusion.Models;

/// <summary>The names of a model's classes: <c>classes.txt</c>, one a line in the order of the classes, if there is such a file.</summary>
public sealed class ClassNames
{
    private const int MaxFileBytes = 16 << 20;

    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    /// <summary>Makes the names of a number of classes.</summary>
    /// <param name="count">How many classes there are.</param>
    /// <param name="names">A name for each, all different; null for none.</param>
    public ClassNames(int count, IReadOnlyList<string>? names = null)
    {
        (Count, Names) = (count, names);
        foreach (var (i, name) in (names ?? []).Index()) _indices.Add(name, i);
    }

    /// <summary>How many classes there are.</summary>
    public int Count { get; }

    /// <summary>The names, in order; null where classes have none.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>The class of a label.</summary>
    /// <param name="label">A name, or a number from 0.</param>
    /// <returns>Its index, or null where there is no such class.</returns>
    public int? Find(string label) =>
        _indices.TryGetValue(label, out var index) ? index
        : int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Count ? number
        : null;

    /// <summary>What a label may be, in words.</summary>
    public string Describe() => Names is null ? $"0 to {Count - 1}" : $"0 to {Count - 1}, or a name such as '{PrintableText.Of(Names[0])}'";

    /// <summary>Reads the names.</summary>
    /// <param name="path">File of the names, which need not exist.</param>
    /// <param name="count">How many classes there are.</param>
    /// <exception cref="InvalidDataException">
    /// There are more or fewer lines, a name is empty or there twice, or the file is no regular one, not UTF-8, or has more than 16 MiB.
    /// </exception>
    internal static ClassNames Load(string path, int count)
    {
        if (!File.Exists(path)) return new ClassNames(count);
        var content = RegularFile.ReadAllBytes(path, MaxFileBytes);
        return new ClassNames(count, ContentBoundary.Read(path, "is not a list of classes", () => Parse(path, content, count)));
    }

    private static List<string> Parse(string path, byte[] content, int count)
    {
        using var lines = new StreamReader(new MemoryStream(content), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        var (names, known) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        while (lines.ReadLine() is { } name)
        {
            if (names.Count == count) throw Bad($"has more than {count} lines; the model has {count} classes");
            names.Add(name);
            if (string.IsNullOrWhiteSpace(name)) throw Bad($"line {names.Count} is empty");
            if (!known.Add(name)) throw Bad($"has the name '{PrintableText.Of(name)}' twice");
        }
        return names.Count == count ? names : throw Bad($"has {names.Count} lines; the model has {count} classes");

        InvalidDataException Bad(string problem) => new($"{PrintableText.Of(path, PrintableText.PathLength)} {problem}");
    }
}
