using System.Globalization;

namespace Atelier.Dashboard.Pages;

/// <summary>Numbers in words: separators, rates to three figures, durations as h:mm, and shares that are never rounded up.</summary>
internal static class Say
{
    /// <summary>What stands for a number that there is not.</summary>
    public const string None = "\u2013";

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: <c>1 shard</c>, <c>2 shards</c>.</summary>
    public static string Count(long number, string noun) => $"{Count(number)} {noun}{(number == 1 ? "" : "s")}";

    public static string Rate(double rate) => rate switch
    {
        <= 0 => None,
        < 10 => rate.ToString("0.00", CultureInfo.InvariantCulture),
        < 100 => rate.ToString("0.0", CultureInfo.InvariantCulture),
        _ => rate.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>Part of a whole, rounded down: 100 % only when nothing is left.</summary>
    public static string Percent(double part, double whole) => whole <= 0 ? None : $"{(Math.Floor(Math.Min(part / whole, 1) * 1000) / 10).ToString("0.0", CultureInfo.InvariantCulture)} %";

    /// <summary>A small share, to two figures, never 0 where there is something.</summary>
    public static string Share(long part, long whole) => part switch
    {
        _ when whole <= 0 => None,
        0 => "0 %",
        _ when part * 10_000.0 / whole < 1 => "under 0.01 %",
        _ => $"{(part * 100.0 / whole).ToString("0.##", CultureInfo.InvariantCulture)} %",
    };

    public static string Duration(TimeSpan span) => span.TotalMinutes < 1
        ? "under a minute"
        : string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalHours}:{span.Minutes:00}");

    /// <summary>A guess at a duration.</summary>
    public static string About(TimeSpan span) => span.TotalMinutes < 1 ? Duration(span) : $"about {Duration(span)}";

    /// <summary>A message as a sentence of its own.</summary>
    public static string Sentence(string message) => message.Length == 0 ? message : $"{char.ToUpperInvariant(message[0])}{message[1..].TrimEnd('.')}.";

    public static string Bytes(long bytes)
    {
        string[] units = ["bytes", "KB", "MB", "GB", "TB"];
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1000 && unit < units.Length - 1) (size, unit) = (size / 1000, unit + 1);
        return unit == 0 ? $"{Count(bytes)} bytes" : $"{size.ToString(size < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture)} {units[unit]}";
    }

    public static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>The whole part of a share, in hundredths, for bars.</summary>
    public static int Hundredths(double part, double whole) => whole <= 0 ? 0 : (int)Math.Clamp(Math.Floor(part / whole * 100), 0, 100);

    /// <summary>The moment in UTC, to the second.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The moment for programs.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
