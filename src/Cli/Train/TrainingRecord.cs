using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Atelier.Abstractions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Training;
using Atelier.Input;

namespace Atelier.Cli.Train;

/// <summary>
/// Contents of <c>training.json</c>. What stands under <see cref="Fixed"/> stays as it was at the start of a run; the rest may change
/// whenever the run is resumed.
/// </summary>
/// <param name="Fixed">Architecture and data.</param>
/// <param name="Options">How the network is trained.</param>
/// <param name="MaxObjects">Most objects of a scene of the shapes world; may rise in the course of a run.</param>
internal sealed record TrainingRecord(TrainingRecord.Unchanging Fixed, TrainingOptions Options, int MaxObjects)
{
    private const int MaxBytes = 1 << 20;
    private const int ReasonLength = 300;
    private const int ShownDifferences = 10;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>Refuses to go on with a run that was started with something else.</summary>
    /// <param name="path">The file of the run.</param>
    /// <exception cref="InvalidInputException">It is missing, garbled or differs; the message names what differs.</exception>
    /// <exception cref="InvalidDataException">It is no regular file, or longer than 1 MiB.</exception>
    public void CheckAgainst(string path)
    {
        if (!System.IO.Path.Exists(path))
            throw new InvalidInputException($"{path} is missing, so nobody knows what the checkpoint beside it was trained on; choose another --out");

        var (before, now) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        try
        {
            var record = JsonNode.Parse(Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path, MaxBytes)).TrimStart('\uFEFF'));
            if (record is not JsonObject || record["fixed"] is not JsonObject unchanging) throw new JsonException("it has no object 'fixed'");
            Flatten(unchanging, "", before);
        }
        // Names given twice are an argument that is wrong, halves of surrogate pairs an operation that is invalid.
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidInputException($"{path} is not a training record: {PrintableText.Of(malformed.Message, ReasonLength)}; choose another --out", malformed);
        }
        Flatten(JsonSerializer.SerializeToNode(Fixed, Json), "", now);

        var differences = before.Keys.Union(now.Keys)
            .Where(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key))
            .Select(key => $"{PrintableText.Of(key)} was {PrintableText.Of(before.GetValueOrDefault(key, "not set"))} and is {PrintableText.Of(now.GetValueOrDefault(key, "not set"))} now")
            .ToList();
        if (differences.Count == 0) return;

        var more = differences.Count > ShownDifferences ? $"; and {differences.Count - ShownDifferences} more" : "";
        throw new InvalidInputException(
            $"{System.IO.Path.GetDirectoryName(path)} holds a run of another kind: {string.Join("; ", differences.Take(ShownDifferences))}{more}; choose another --out");
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">File to create or replace.</param>
    public void Write(string path) => TrainingFolder.Write(path, JsonSerializer.Serialize(this, Json) + "\n");

    private static void Flatten(JsonNode? node, string name, Dictionary<string, string> values)
    {
        if (node is JsonObject inner)
        {
            foreach (var (key, value) in inner) Flatten(value, name.Length == 0 ? key : $"{name}.{key}", values);
        }
        else if (node is not null)
        {
            values[name] = node.ToJsonString();
        }
    }

    /// <summary>What makes two runs one.</summary>
    /// <param name="Network">Which network of the model is trained; null for the base network.</param>
    /// <param name="Model">The architecture as it was given.</param>
    /// <param name="BaseModel">Digest of the model folder whose weights are trained further, if they are.</param>
    /// <param name="Data">The data.</param>
    /// <param name="Seed">The seed, which decides the order of the data.</param>
    /// <param name="Frozen">The part of the network that is not trained; null for none.</param>
    internal sealed record Unchanging(string? Network, GlideConfig Model, string? BaseModel, DataDescription Data, ulong Seed, string? Frozen);
}
