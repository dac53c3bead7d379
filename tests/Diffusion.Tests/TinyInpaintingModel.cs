using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tests.Tokenization;
using Atelier.Diffusion.Weights;

namespace Atelier.Diffusion.Tests;

/// <summary>A model that inpaints 8x8 images, and 16x16 ones with its upsampler, with random weights.</summary>
internal sealed class TinyInpaintingModel : IDisposable
{
    public TinyInpaintingModel(int upsamplerChannels = 10)
    {
        using var vocabulary = new VocabularyFolder();
        vocabulary.WriteMerges();
        var config = TinyModel.Config with
        {
            ImageSize = 8,
            Network = TinyModel.NetworkConfig with { InChannels = 7 },
            Upsampler = new UpsamplerConfig<Text2ImConfig>
            {
                ImageSize = 16,
                Network = TinyModel.NetworkConfig with { InChannels = upsamplerChannels },
                Diffusion = new DiffusionConfig { NoiseSchedule = "linear" },
                Respacing = "3",
            },
        };
        using var network = TinyModel.Network(1, config.Network);
        NativeFolder.Write(FullName, config, network, vocabulary.FullName);
        using var upsampler = TinyModel.Network(2, config.Upsampler.Network);
        Safetensors.Write(Path.Combine(FullName, NativeFolder.UpsamplerFile), [.. upsampler.state_dict()]);
    }

    public string FullName { get; } = Directory.CreateTempSubdirectory("model-").FullName;

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
