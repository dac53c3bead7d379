using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Input;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// The shape of a network as the <c>config.json</c> of its checkpoint has it. Settings that are left out have the defaults of the class that wrote it;
/// settings that change nothing here are ignored; those that would change the numbers and are not known here are refused by name.
/// </summary>
public abstract record NetworkConfig
{
    // The longest known ones have two kilobytes.
    private const int MaxBytes = 1 << 20;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Settings that have no property here.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }

    /// <summary>Reads and validates a file.</summary>
    /// <param name="path">A config.json.</param>
    /// <exception cref="InvalidDataException">It is damaged or describes what cannot be built; names file and reason.</exception>
    public static TConfig Read<TConfig>(string path) where TConfig : NetworkConfig
    {
        var content = RegularFile.ReadAllBytes(path, MaxBytes);
        return ContentBoundary.Read(path, "is not a usable network config", () =>
        {
            using var json = JsonDocument.Parse(content);
            return Parse<TConfig>(json.RootElement);
        });
    }

    /// <summary>Reads and validates settings.</summary>
    /// <param name="json">An object.</param>
    /// <exception cref="JsonException">A setting is of another type.</exception>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public static TConfig Parse<TConfig>(JsonElement json) where TConfig : NetworkConfig
    {
        var config = json.Deserialize<TConfig>(Json) ?? throw new JsonException("a network config is null");
        config.Validate();
        return config;
    }

    /// <summary>Refuses what cannot be built.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public abstract void Validate();

    /// <summary>Throws unless a setting is allowed.</summary>
    /// <param name="allowed">Whether it is.</param>
    /// <param name="name">Its name in config.json.</param>
    /// <param name="value">Its value.</param>
    /// <param name="range">What is allowed.</param>
    private protected static void Require(bool allowed, string name, object? value, string range)
    {
        if (allowed) return;
        var text = PrintableText.Of(Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } given ? given : "null");
        throw new ArgumentException($"{name} is {text}; allowed: {range}");
    }

    /// <summary>Throws unless a number is within bounds that include both ends.</summary>
    private protected static void RequireWithin(string name, int value, int low, int high) =>
        Require(value >= low && value <= high, name, value, string.Create(CultureInfo.InvariantCulture, $"{low} to {high}"));

    /// <summary>Throws unless a name is a known one.</summary>
    private protected static void RequireOneOf(string name, string? value, params string?[] known) =>
        Require(Array.IndexOf(known, value) >= 0, name, value, string.Join(", ", known.Select(one => one ?? "null")));

    /// <summary>Throws if a setting without a property has a value that would change the numbers.</summary>
    /// <param name="name">Its name in config.json.</param>
    /// <param name="allowed">The values that are known here, as JSON; the first is the default.</param>
    private protected void Only(string name, params string[] allowed)
    {
        if (Others is null || !Others.TryGetValue(name, out var value)) return;
        var known = allowed.Any(text =>
        {
            using var json = JsonDocument.Parse(text);
            return JsonElement.DeepEquals(json.RootElement, value);
        });
        Require(known, name, value.GetRawText(), string.Join(", ", allowed));
    }
}
