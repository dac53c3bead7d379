using System.Globalization;

namespace Atelier.Input;

/// <summary>How many files and connections this process may have open at a time.</summary>
public static class Descriptors
{
    // Measured: a run with one worker on the CPU fails with 200. .NET then ends the process without saying why, or with a file of its own that it cannot load.
    private const int Needed = 256;
    private const int Recommended = 1024;

    private const string Limits = "/proc/self/limits";
    private const string Row = "Max open files";

    /// <summary>The limit; very large where the system has none or does not tell.</summary>
    public static long Max { get; } = Read();

    /// <summary>What to tell the user where they are too few to begin with; null where they are enough.</summary>
    public static string? Problem => Max >= Needed ? null
        : string.Create(CultureInfo.InvariantCulture, $"only {Max} files may be open at a time; at least {Needed} are needed: raise the limit with ulimit -n {Recommended}");

    private static long Read()
    {
        if (!File.Exists(Limits)) return long.MaxValue;
        // "Max open files            1024                 524288               files"; .NET raises the first to the second when it starts.
        var row = File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal));
        var hard = row?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1);
        return long.TryParse(hard, CultureInfo.InvariantCulture, out var max) ? max : long.MaxValue;
    }
}
