namespace Atelier.Golden.Networks;

/// <summary>
/// The reference keeps an encoding for as long as the tokens stay the same, whatever becomes of the mask. Here the caller keeps it: the
/// reference's stale cache is an encoding made with the earlier mask.
/// </summary>
internal static class Text2ImCache
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadText2Im();
        var (x2, timesteps2) = (golden.Input("x2"), golden.Input("timesteps2"));
        using var kept = network.EncodeText(golden.Input("tokens"), golden.Input("mask"));
        using var renewed = network.EncodeText(golden.Input("tokens"), golden.Input("mask2"));

        comparison.Check("cache.xf_proj", kept.Vector!);
        comparison.Check("cache.xf_out", kept.Sequence!);
        comparison.Check("output", network.call(golden.Input("x"), golden.Input("timesteps"), kept));
        var second = network.call(x2, timesteps2, kept);
        comparison.Check("second_call_same_mask", second);
        comparison.Check("second_call_other_mask_uses_stale_cache", second);
        comparison.Check("after_del_cache_other_mask", network.call(x2, timesteps2, renewed));
    }
}
