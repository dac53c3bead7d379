namespace Atelier.EndToEnd;

/// <summary>Paths in the checkout that holds this test assembly.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The built command; these tests and it are built in one configuration.</summary>
    public static string Cli { get; } =
        Path.Combine(Root, "artifacts", "bin", "Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "atelier.dll");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("no Cluster.sln above the test assembly");
        return folder.FullName;
    }
}
