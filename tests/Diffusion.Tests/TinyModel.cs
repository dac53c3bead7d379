using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tests.Tokenization;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests;

/// <summary>A model of 32 channels for 16x16 images, with random weights and a vocabulary of bytes.</summary>
internal sealed class TinyModel : IDisposable
{
    private static readonly int VocabularySize = VocabularyFolder.ByteTokens.Count + 1;

    public TinyModel()
    {
        using var vocabulary = new VocabularyFolder();
        vocabulary.WriteMerges();
        using var network = Network();
        NativeFolder.Write(FullName, Config, network, vocabulary.FullName);
    }

    public static Text2ImConfig NetworkConfig { get; } = new()
    {
        TextCtx = 12,
        XfWidth = 32,
        XfLayers = 1,
        XfHeads = 2,
        XfFinalLn = true,
        XfPadding = true,
        VocabularySize = VocabularySize,
        ModelChannels = 32,
        NumResBlocks = 1,
        AttentionResolutions = [2],
        ChannelMult = [1, 1],
        NumHeadChannels = 16,
        UseScaleShiftNorm = true,
        ResBlockUpDown = true,
    };

    public static GlideConfig Config { get; } = new()
    {
        Kind = "glide",
        ImageSize = 16,
        Network = NetworkConfig,
        Diffusion = new DiffusionConfig { NoiseSchedule = "squaredcos_cap_v2" },
    };

    public string FullName { get; } = Directory.CreateTempSubdirectory("model-").FullName;

    public string ConfigPath => Path.Combine(FullName, "model.json");

    public string WeightsPath => Path.Combine(FullName, "model.safetensors");

    /// <summary>A network whose layers all do something, unlike a fresh one's, whose residual branches end in zeros.</summary>
    public static Text2ImUNet Network(ulong seed = 1, Text2ImConfig? config = null)
    {
        var network = new Text2ImUNet(config ?? NetworkConfig);
        using var random = new RandomTensors(seed);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var parameter in network.parameters()) parameter.copy_(parameter.dim() == 1 ? (S(0.1) * random.Normal(parameter.shape)).Plus(S(0.5)) : S(0.05) * random.Normal(parameter.shape));
        return network;
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
