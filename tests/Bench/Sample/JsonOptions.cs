using System.Globalization;
using System.Text.Json;

namespace Atelier.Bench.Sample;

/// <summary>The options of a JSON object, each asked for by name; a value of the wrong kind is refused with what is allowed.</summary>
internal sealed class JsonOptions
{
    private readonly JsonElement _json;
    private readonly HashSet<string> _known = [];

    /// <summary>Options of an object.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public JsonOptions(JsonElement json) =>
        _json = json.ValueKind == JsonValueKind.Object ? json : throw new ArgumentException($"it holds a JSON {json.ValueKind}; allowed: an object of options");

    /// <summary>A whole number.</summary>
    public int Integer(string name, int missing, int least, int most) => !Find(name, out var value) ? missing
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : throw Refused(name, value, $"whole numbers from {least} to {most}");

    /// <summary>A number.</summary>
    public double Number(string name, double missing, double least, double most) => !Find(name, out var value) ? missing
        : value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= least && number <= most ? number
        : throw Refused(name, value, string.Create(CultureInfo.InvariantCulture, $"numbers from {least} to {most}"));

    /// <summary>true or false.</summary>
    public bool Flag(string name, bool missing) => !Find(name, out var value) ? missing
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Refused(name, value, "true, false");

    /// <summary>A string.</summary>
    public string Text(string name, string missing) => !Find(name, out var value) ? missing
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw Refused(name, value, "a string");

    /// <summary>Whole numbers in a string, with commas between; none in an empty one.</summary>
    public List<int> Integers(string name, string missing, int least, int most)
    {
        var text = Text(name, missing);
        var numbers = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries).Where(_ => text.Length > 0))
        {
            numbers.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new ArgumentException($"{name} is \"{text}\"; allowed: whole numbers from {least} to {most} with commas between"));
        }
        return numbers;
    }

    /// <summary>Throws if there is an option that was not asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var property in _json.EnumerateObject())
            if (!_known.Contains(property.Name))
                throw new ArgumentException($"unknown option '{property.Name}' with value {property.Value.GetRawText()}; known: {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
    }

    private bool Find(string name, out JsonElement value)
    {
        _known.Add(name);
        return _json.TryGetProperty(name, out value);
    }

    private static ArgumentException Refused(string name, JsonElement value, string allowed) => new($"{name} is {value.GetRawText()}; allowed: {allowed}");
}
