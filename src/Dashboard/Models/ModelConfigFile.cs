using System.Text.Json;

namespace Atelier.Dashboard.Models;

/// <summary>Reads of a <c>model.json</c> what users ask for; the rest is the network's.</summary>
internal static class ModelConfigFile
{
    /// <summary>The model with what its file says; as it was, where that says nothing that is understood.</summary>
    public static KnownModel Describe(KnownModel model, byte[] content)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            return model with
            {
                Kind = root.TryGetProperty("kind", out var kind) ? kind.GetString() : null,
                ImageSize = Number(root, "image_size"),
                UpsampledSize = root.TryGetProperty("upsampler", out var upsampler) ? Number(upsampler, "image_size") : null,
                Timesteps = root.TryGetProperty("diffusion", out var diffusion) ? Number(diffusion, "timesteps") : null,
            };
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            return model;
        }
    }

    private static int? Number(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}
