using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Bench.Sample;

/// <summary>Networks with weights that are a function of a seed.</summary>
internal static class RandomNetwork
{
    private const double Deviation = 0.02;

    /// <summary>Makes one in evaluation mode, its parameters frozen.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Seed of the weights.</param>
    public static Text2ImUNet Create(Text2ImConfig config, int seed)
    {
        random.manual_seed(seed);
        var network = new Text2ImUNet(config);
        using var _ = no_grad();
        foreach (var parameter in network.parameters())
        {
            parameter.requires_grad = false;
            // Residual branches start as nothing, so that two networks that differ in them would give the same output.
            using var nonZero = parameter.count_nonzero();
            if (nonZero.item<long>() == 0) nn.init.normal_(parameter, 0, Deviation);
        }
        network.eval();
        return network;
    }
}
