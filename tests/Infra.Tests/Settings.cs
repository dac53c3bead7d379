using System.Text.RegularExpressions;

namespace Atelier.Infra.Tests;

/// <summary>The settings that programs know, read from their sources: a name in a template that no program reads is ignored in silence.</summary>
internal static partial class Settings
{
    // Where a program shows its metrics and its health.
    private static readonly string[] OfEvery = [.. Read().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "src", "ServiceDefaults", "TelemetryOptions.cs"))).Select(match => match.Groups[1].Value)];

    public static HashSet<string> OfSilos { get; } = [.. Properties("Silo", "Hosting", "SiloOptions.cs"), .. OfEvery];

    public static HashSet<string> OfDashboards { get; } = [.. Properties("Dashboard", "DashboardSettings.cs"), .. OfEvery];

    /// <summary>Settings of Orleans that deployments need.</summary>
    public static HashSet<string> OfOrleans { get; } =
    [
        "Orleans__ClusterId", "Orleans__ServiceId", "Orleans__Name",
        "Orleans__Endpoints__AdvertisedIPAddress", "Orleans__Endpoints__SiloPort", "Orleans__Endpoints__GatewayPort",
    ];

    /// <summary>The property that an environment variable sets, such as <c>Hosts</c> of <c>Atelier__Hosts__0</c>.</summary>
    public static string NameOf(string variable) => variable.Split("__")[1];

    /// <summary>The variables of the section <c>Atelier</c> that a text names.</summary>
    public static IEnumerable<string> VariablesIn(string text) => Variable().Matches(text).Select(match => match.Value).Distinct();

    private static IEnumerable<string> Properties(params string[] source) =>
        Property().Matches(File.ReadAllText(Path.Combine([Checkout.Root, "src", .. source]))).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"public \S+ (\w+) \{ get; init; \}")]
    private static partial Regex Property();

    [GeneratedRegex(@"configuration\[\$""\{Section\}:(\w+)""\]")]
    private static partial Regex Read();

    [GeneratedRegex("Atelier__[A-Za-z0-9_]+")]
    private static partial Regex Variable();
}
