using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Atelier.Diffusion.Networks;

namespace Atelier.Bench.Sample.Onnx;

/// <summary>Writes a network as the file that ONNX Runtime runs against it.</summary>
internal static class UNetExport
{
    /// <summary>Name of <see cref="NameWeights"/> in the file's metadata.</summary>
    public const string WeightsKey = "weights";

    // What runs once a batch and is no part of the UNet.
    private static readonly string[] Text =
        ["transformer.", "final_ln.", "token_embedding.", "positional_embedding", "transformer_proj.", "padding_embedding", "unemb."];

    /// <summary>A name for the weights that a seed gives a network.</summary>
    public static string NameWeights(Text2ImConfig config, int imageSize, int seed) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{JsonSerializer.Serialize(config)} {imageSize} {seed}")));

    /// <summary>Writes it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="network">The network, in float32.</param>
    /// <param name="imageSize">Width and height.</param>
    /// <param name="weights">See <see cref="NameWeights"/>.</param>
    /// <exception cref="ArgumentException">It does not fit into a file, or the network has weights that the graph does not use.</exception>
    public static void Write(string file, Text2ImUNet network, int imageSize, string weights)
    {
        var graph = UNetGraph.Build(network.Config, imageSize);
        var state = network.state_dict();
        var unused = state.Keys.Where(key => !Array.Exists(Text, part => key.StartsWith(part, StringComparison.Ordinal))).Except(graph.Weights).ToList();
        if (unused.Count > 0) throw new ArgumentException($"the graph does not use {string.Join(", ", unused)}");
        graph.Finish((WeightsKey, weights)).Write(file, state);
    }
}
