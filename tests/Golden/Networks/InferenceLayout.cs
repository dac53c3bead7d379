using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;

namespace Atelier.Golden.Networks;

/// <summary>The keys and shapes of an official checkpoint, compared with what a network for inference asks for.</summary>
internal static class InferenceLayout
{
    private static readonly Dictionary<string, Func<GoldenCase, TensorSource, Network>> Known = new()
    {
        ["CLIPTextModel"] = (golden, source) => new ClipTextModel(Config<ClipTextConfig>(golden), source),
        ["CLIPTextModelWithProjection"] = (golden, source) => new ClipTextModel(Config<ClipTextConfig>(golden), source),
        ["UNet2DConditionModel"] = (golden, source) => new UNet2DCondition(Config<UNet2DConditionConfig>(golden), source),
        ["AutoencoderKL"] = (golden, source) => new AutoencoderKl(Config<AutoencoderKlConfig>(golden), source),
    };

    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var name = golden.Json.Text("class").Split('.')[^1];
        if (!Known.TryGetValue(name, out var build))
        {
            comparison.Skip($"{name} is not implemented yet");
            return;
        }
        var want = golden.Json.Member("keys").EnumerateObject()
            .ToDictionary(key => key.Name, key => key.Value.EnumerateArray().Select(length => length.GetInt64()));
        var source = new ShapeSource(has: want.ContainsKey);
        using var network = build(golden, source);

        comparison.CheckExactly("keys", source.Taken.Keys.Order(StringComparer.Ordinal), want.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, entry) in source.Taken) comparison.CheckExactly(key, entry.Shape, want.GetValueOrDefault(key, []));
        comparison.CheckExactly("total_elements_in_keys", [source.Parameters], [golden.Json.Member("total_elements_in_keys").GetInt64()]);
    }

    private static TConfig Config<TConfig>(GoldenCase golden) where TConfig : NetworkConfig => NetworkConfig.Parse<TConfig>(golden.Json.Member("options"));
}
