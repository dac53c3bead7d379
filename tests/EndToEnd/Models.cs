namespace Atelier.EndToEnd;

/// <summary>Copies of the shipped model to be damaged by tests.</summary>
internal static class Models
{
    public static string Shapes { get; } = Path.Combine(Repository.Root, "models", "shapes");

    public static string Copy(TemporaryFolder folder)
    {
        var copy = folder["model"];
        foreach (var file in Directory.EnumerateFiles(Shapes, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Shapes, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }
}
