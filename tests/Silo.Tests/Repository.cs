namespace Atelier.Silo.Tests;

internal static class Repository
{
    /// <summary>The model that ships with the repository.</summary>
    public static string Shapes { get; } = Path.Combine(Root(), "models", "shapes");

    /// <summary>Example configurations of the benchmark.</summary>
    public static string BenchConfigs { get; } = Path.Combine(Root(), "tests", "Bench", "Configs");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
