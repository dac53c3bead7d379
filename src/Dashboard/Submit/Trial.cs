using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Atelier.Dashboard.Submit;

/// <summary>Jobs of a few samples that are drawn from the form of a new job, to see what it would draw. They are jobs like any other; their names tell them.</summary>
internal static partial class Trial
{
    /// <summary>Samples of one, at most.</summary>
    public const int Samples = 8;

    private const int RandomBytes = 4;

    public static string NewName(DateTimeOffset now) =>
        $"trial-{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))}";

    /// <summary>Whether a job is one.</summary>
    public static bool IsName(string job) => Name().IsMatch(job);

    [GeneratedRegex("^trial-[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
