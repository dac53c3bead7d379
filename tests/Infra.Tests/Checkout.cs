namespace Atelier.Infra.Tests;

/// <summary>Paths in the checkout that these tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder of <c>infra/</c>.</summary>
    public static string Infra(params string[] path) => Path.Combine([Root, "infra", .. path]);

    /// <summary>A file or folder of these tests' sources.</summary>
    public static string Tests(params string[] path) => Path.Combine([Root, "tests", "Infra.Tests", .. path]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("no Cluster.sln above these tests");
        return folder.FullName;
    }
}
