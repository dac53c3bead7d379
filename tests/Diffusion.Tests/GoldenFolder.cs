namespace Atelier.Diffusion.Tests;

/// <summary>Finds the golden cases: outputs of the reference implementations, which the tests compare with.</summary>
internal static class GoldenFolder
{
    /// <summary>The cases that are committed.</summary>
    public static string Committed { get; } = Above("tests", "golden").FirstOrDefault(Directory.Exists)
        ?? throw new DirectoryNotFoundException("tests/golden is missing.");

    /// <summary>
    /// The folder of a case, or null: in the folder that the variable GOLDEN_DIR names, else in <c>tests/golden</c> of the
    /// repository, else in <c>shared/golden</c> beside it, for cases too large or not licensed to be committed.
    /// </summary>
    public static string? Find(string caseName) =>
        Candidates().Select(root => Path.Combine(root, caseName)).FirstOrDefault(Directory.Exists);

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("GOLDEN_DIR") is { Length: > 0 } named)
            yield return named;

        yield return Committed;
        foreach (var folder in Above("shared", "golden"))
            yield return folder;
    }

    private static IEnumerable<string> Above(params string[] path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine([folder.FullName, .. path]);
    }
}
