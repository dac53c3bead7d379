using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;

namespace Atelier.Golden.Networks;

/// <summary>The keys and shapes of an official checkpoint, compared with what a network for inference asks for.</summary>
internal static class InferenceLayout
{
    private static readonly Dictionary<string, Func<GoldenCase, TensorSource, Network>> Known = new()
    {
        ["AutoencoderKL"] = (golden, source) => new AutoencoderKl(golden.Config<AutoencoderKlConfig>("options"), source),
        ["CLIPTextModel"] = (golden, source) => new ClipTextModel(golden.Config<ClipTextConfig>("options"), source),
        ["CLIPTextModelWithProjection"] = (golden, source) => new ClipTextModel(golden.Config<ClipTextConfig>("options"), source),
        ["FluxTransformer2DModel"] = (golden, source) => new FluxTransformer2D(golden.Config<FluxTransformer2DConfig>("options"), source),
        ["PixArtTransformer2DModel"] = (golden, source) => new PixArtTransformer2D(golden.Config<PixArtTransformer2DConfig>("options"), source),
        ["PriorTransformer"] = (golden, source) => new PriorTransformer(golden.Config<PriorTransformerConfig>("options"), source),
        ["SD3Transformer2DModel"] = (golden, source) => new Sd3Transformer2D(golden.Config<Sd3Transformer2DConfig>("options"), source),
        ["T5EncoderModel"] = (golden, source) => new T5Encoder(golden.Config<T5Config>("options"), source),
        ["UNet2DConditionModel"] = (golden, source) => new UNet2DCondition(golden.Config<UNet2DConditionConfig>("options"), source),
        ["UNet2DModel"] = (golden, source) => new UNet2DUnconditional(golden.Config<UNet2DConfig>("options"), source),
        ["UnCLIPTextProjModel"] = (golden, source) => new UnClipTextProjection(golden.Config<UnClipTextProjectionConfig>("options"), source),
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
        comparison.CheckExactly(
            "total", [source.Parameters],
            [(golden.Json.TryGetProperty("total_elements_in_keys", out var total) ? total : golden.Json.Member("total_parameters")).GetInt64()]);
    }
}
