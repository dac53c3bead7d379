using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>Norms, the feed-forward layer, the memory layouts of attention, and resampling.</summary>
internal static class Primitives
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var (x, sequence) = (golden.Input("x"), golden.Input("seq"));
        comparison.Check("gn_swish0", golden.Load(new GroupNorm32((int)x.shape[1]), "gn_swish0.").call(x));
        comparison.Check("gn_swish1", golden.Load(new GroupNorm32((int)x.shape[1], swish: 1), "gn_swish1.", except: "gn_swish1.702.").call(x));
        comparison.Check("gn_swish1.702", golden.Load(new GroupNorm32((int)x.shape[1], swish: 1.702), "gn_swish1.702.").call(x));
        comparison.Check("layer_norm", golden.Load(nn.LayerNorm(sequence.shape[2]), "ln.").call(sequence));
        comparison.Check("mlp_exact_gelu", golden.Load(new TextMlp((int)sequence.shape[2]), "mlp.").call(sequence));

        var qkv = golden.Input("qkv");
        comparison.Check("glide_qkv.heads_2", Attention.ImageLayout(qkv, 2));
        comparison.Check("glide_qkv.heads_2.encoder", Attention.ImageLayout(qkv, 2, golden.Input("encoder_kv")));
        comparison.Check("adm_legacy.heads_2", Attention.ImageLayout(qkv, 2));
        comparison.Check("adm_new.heads_2", Attention.SeparateLayout(qkv, 2));
        comparison.Check("xf_qkv.heads_2", Attention.TextLayout(golden.Input("xf_qkv"), 2));

        var two = x.narrow(1, 0, 2);
        comparison.Check("nearest_up", new Upsample(2, convolve: false).call(two));
        comparison.Check("avg_pool", new Downsample(2, convolve: false).call(two));
        comparison.Check("bilinear_up_4x", nn.functional.interpolate(two, size: [24, 24], mode: InterpolationMode.Bilinear, align_corners: false));
    }
}
