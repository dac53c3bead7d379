using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>A whole network, once.</summary>
internal static class Forward
{
    /// <summary>GLIDE's networks, with whatever images they see beside x_t.</summary>
    public static void Text2Im(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadText2Im();
        using var text = golden.InputOrNull("tokens") is { } tokens ? network.EncodeText(tokens, golden.InputOrNull("mask")) : null;
        Check("output", golden.Images());
        if (!golden.Outputs.ContainsKey("output_without_inpaint_args")) return;
        Check("output_without_inpaint_args", new ConcatenatedImages(
            Known: zeros_like(golden.Input("inpaint_image")), KnownMask: zeros_like(golden.Input("inpaint_mask"))));

        void Check(string output, ConcatenatedImages images) =>
            comparison.Check(output, network.call(images.Concatenate(golden.Input("x")), golden.Input("timesteps"), text));
    }

    /// <summary>guided-diffusion's networks.</summary>
    public static void UNetModel(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadUNetModel();
        var x = golden.Images().Concatenate(golden.Input("x"));
        comparison.Check("output", network.call(x, golden.Input("timesteps"), golden.InputOrNull("y")));
    }
}
