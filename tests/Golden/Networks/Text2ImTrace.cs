using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>The output of every block of a forward pass, by the block's name.</summary>
internal static class Text2ImTrace
{
    private const string Trace = "trace.";

    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadText2Im();
        foreach (var (name, module) in network.named_modules())
        {
            if (golden.Outputs.ContainsKey(Trace + name)) OnOutput(module, output => comparison.Check(Trace + name, output));
        }
        using var text = network.EncodeText(golden.Input("tokens"), golden.Input("mask"));
        comparison.Check("output", network.call(golden.Input("x"), golden.Input("timesteps"), text));
    }

    private static void OnOutput(nn.Module module, Action<Tensor> see)
    {
        switch (module)
        {
            case nn.Module<Tensor, Tensor> layer:
                layer.register_forward_hook((_, _, output) => Seen(output));
                break;
            case nn.Module<Tensor, Tensor, Tensor> block:
                block.register_forward_hook((_, _, _, output) => Seen(output));
                break;
            case nn.Module<Tensor, Conditioning, Tensor> attention:
                attention.register_forward_hook((_, _, _, output) => Seen(output));
                break;
            case nn.Module<Tensor, Tensor, Conditioning, Tensor> stage:
                stage.register_forward_hook((_, _, _, _, output) => Seen(output));
                break;
        }

        Tensor Seen(Tensor output)
        {
            see(output);
            return output;
        }
    }
}
