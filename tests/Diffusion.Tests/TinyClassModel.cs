using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests;

/// <summary>A class-conditional model of 8x8 images with a classifier and an upsampler to 16x16, with random weights.</summary>
internal sealed class TinyClassModel : IDisposable
{
    public TinyClassModel(bool conditional = true)
    {
        var body = new UNetModelConfig
        {
            NumClasses = conditional ? 3 : null,
            ModelChannels = 32,
            NumResBlocks = 1,
            AttentionResolutions = [2],
            ChannelMult = [1, 1],
            NumHeadChannels = 16,
            UseNewAttentionOrder = true,
            UseScaleShiftNorm = true,
        };
        Config = new AdmConfig
        {
            Kind = AdmConfig.Name,
            ImageSize = 8,
            Network = body,
            Diffusion = new DiffusionConfig { NoiseSchedule = "linear", Timesteps = 100, RescaleTimesteps = true },
            Classifier = new EncoderUNetConfig
            {
                ImageSize = 8,
                Pool = ClassifierPool.Attention,
                OutChannels = 3,
                ModelChannels = 32,
                NumResBlocks = 1,
                AttentionResolutions = [2],
                ChannelMult = [1, 1],
                NumHeadChannels = 16,
            },
            Upsampler = new UpsamplerConfig<UNetModelConfig>
            {
                ImageSize = 16,
                Network = body with { InChannels = 6 },
                Diffusion = new DiffusionConfig { NoiseSchedule = "linear", Timesteps = 100 },
                Respacing = "3",
            },
        };
        NativeFolder.WriteConfig(FullName, Config);
        Write(NativeFolder.WeightsFile, new UNetModel(body), 1);
        Write(NativeFolder.UpsamplerFile, new UNetModel(Config.Upsampler.Network), 2);
        Write(NativeFolder.ClassifierFile, new EncoderUNetModel(Config.Classifier), 3);
        File.WriteAllText(ClassesPath, "circle\nsquare\nred star\n");
    }

    public AdmConfig Config { get; }

    public string FullName { get; } = Directory.CreateTempSubdirectory("model-").FullName;

    public string ClassesPath => Path.Combine(FullName, NativeFolder.ClassesFile);

    public void Dispose() => Directory.Delete(FullName, recursive: true);

    private void Write(string file, nn.Module network, ulong seed)
    {
        using var random = new RandomTensors(seed);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var parameter in network.parameters())
            parameter.copy_(parameter.dim() == 1 ? (S(0.1) * random.Normal(parameter.shape)).Plus(S(0.5)) : S(0.1) * random.Normal(parameter.shape));
        Safetensors.Write(Path.Combine(FullName, file), [.. network.state_dict()]);
        network.Dispose();
    }
}
