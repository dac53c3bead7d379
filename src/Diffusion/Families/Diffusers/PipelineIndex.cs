using System.Text.Json;
using Atelier.Input;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>Contents of a <c>model_index.json</c>: the pipeline that a folder is of, and the class of each of its parts.</summary>
/// <param name="Pipeline">Its <c>_class_name</c>.</param>
/// <param name="Parts">Classes by the names of the parts, which are those of their folders; parts that are left out have none.</param>
/// <param name="Switches">Settings of the pipeline that are true.</param>
public sealed record PipelineIndex(string Pipeline, IReadOnlyDictionary<string, string> Parts, IReadOnlySet<string> Switches)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "model_index.json";

    private const int MaxBytes = 1 << 20;

    /// <summary>Reads a folder's index.</summary>
    /// <param name="folder">A folder that has one.</param>
    /// <exception cref="InvalidDataException">It is malformed; the message names the file.</exception>
    public static PipelineIndex Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var content = RegularFile.ReadAllBytes(path, MaxBytes);
        return ContentBoundary.Read(path, "is not a usable model index", () => Parse(content));
    }

    private static PipelineIndex Parse(byte[] content)
    {
        using var json = JsonDocument.Parse(content);
        var (parts, switches) = (new Dictionary<string, string>(), new HashSet<string>());
        string? pipeline = null;
        foreach (var member in json.RootElement.EnumerateObject())
        {
            if (member.Name == "_class_name") pipeline = member.Value.GetString();
            else if (member.Value.ValueKind == JsonValueKind.True) switches.Add(member.Name);
            // A part is a pair of library and class.
            else if (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() == 2 && member.Value[1].GetString() is { } name) parts[member.Name] = name;
        }
        return new PipelineIndex(pipeline ?? throw new ArgumentException("it has no _class_name"), parts, switches);
    }
}
