using static TorchSharp.torch;

namespace Atelier.Golden;

/// <summary>Runs every golden case below a folder and prints one line for each.</summary>
internal static class GoldenRun
{
    public const int Passed = 0, Failed = 1, BadUsage = 2;

    /// <summary>The command line: one folder.</summary>
    /// <returns><see cref="Passed"/>, <see cref="Failed"/> or <see cref="BadUsage"/>.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        if (arguments is not [var folder])
        {
            error.WriteLine("usage: dotnet run --project tests/Golden -- <folder with golden cases>");
            return BadUsage;
        }
        if (!Directory.Exists(folder))
        {
            error.WriteLine($"there is no folder {folder}");
            return BadUsage;
        }
        var files = FindCases(folder);
        if (files.Count == 0)
        {
            error.WriteLine($"there is neither a case.json nor a *-keys.json below {folder}");
            return BadUsage;
        }

        // The reference outputs are from one thread too; more would sum in another order from run to run.
        set_num_threads(1);
        var results = new List<CaseResult>();
        foreach (var file in files)
        {
            var result = CaseClasses.Run(file);
            output.WriteLine(result);
            results.Add(result);
        }
        int Count(Outcome outcome) => results.Count(result => result.Outcome == outcome);
        output.WriteLine($"{Count(Outcome.Pass)} passed, {Count(Outcome.Fail)} failed, {Count(Outcome.Skip)} skipped");
        return Count(Outcome.Fail) == 0 ? Passed : Failed;
    }

    private static List<string> FindCases(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is var name && (name == "case.json" || name.EndsWith("-keys.json", StringComparison.Ordinal)))
            .OrderBy(GoldenCase.NameOf, StringComparer.Ordinal)];
}
