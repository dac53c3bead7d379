using System.Text.Json;
using Atelier.Bench.Sample;
using Atelier.Bench.Sample.Onnx;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using TorchSharp;

namespace Atelier.Silo.Tests.Bench;

public sealed class GlideOptionsTests
{
    [Fact]
    public void Read_NoOptions_IsTheOfficialBaseModel() =>
        Assert.Equal(Json(OfficialConfigs.Glide(64, 3, inpaint: false, superRes: false)), Json(Read("{}").Network));

    [Fact]
    public void Read_TheUpsamplersOptions_IsTheOfficialUpsampler() => Assert.Equal(
        Json(OfficialConfigs.Glide(256, 2, inpaint: false, superRes: true)),
        Json(GlideOptions.Read(Path.Combine(Repository.BenchConfigs, "glide-upsample.json")).Network));

    [Fact]
    public void Read_TheSmallExample_HasTheSizeInItsName()
    {
        var glide = GlideOptions.Read(Path.Combine(Repository.BenchConfigs, "glide-51m.json"));
        using var network = new Text2ImUNet(glide.Network, torch.META);

        Assert.Equal(51_211_718, network.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(227_511_369_728, 8 * UNetGraph.Build(glide.Network, glide.ImageSize).Flops);
    }

    [Theory]
    [InlineData("""{ "num_chanels": 64 }""", "unknown option 'num_chanels' with value 64; known: attention_resolutions, cache_text_emb, ")]
    [InlineData("""{ "num_channels": "64" }""", "num_channels is \"64\"; allowed: whole numbers from 32 to 4096")]
    [InlineData("""{ "num_channels": 48 }""", "num_channels is 48 with channel_mult 1,2,3,4; allowed: every level a multiple of 32 channels wide")]
    [InlineData("""{ "channel_mult": "1,x" }""", "channel_mult is \"1,x\"; allowed: whole numbers from 1 to 64 with commas between")]
    [InlineData("""{ "image_size": 96 }""", "channel_mult is '' with image_size 96; allowed: ")]
    [InlineData("""{ "image_size": 100, "channel_mult": "1,1,1,1" }""", "image_size is 100; allowed: a multiple of 8")]
    [InlineData("""{ "noise_schedule": "cubic" }""", "noise_schedule is 'cubic'; allowed: linear, squaredcos_cap_v2")]
    [InlineData("""{ "timestep_respacing": "x5" }""", "timestep_respacing is 'x5': ")]
    [InlineData("""{ "use_fp16": 1 }""", "use_fp16 is 1; allowed: true, false")]
    [InlineData("[]", "it holds a JSON Array; allowed: an object of options")]
    public void Read_AnOptionThatIsNotAllowed_NamesFileOptionValueAndWhatIs(string json, string message)
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, json);

        Assert.StartsWith($"{file}: {message}", Assert.Throws<InvalidDataException>(() => GlideOptions.Read(file)).Message, StringComparison.Ordinal);
    }

    private static GlideOptions Read(string json)
    {
        using var folder = new TemporaryFolder();
        return GlideOptions.Read(Write(folder, json));
    }

    private static string Write(TemporaryFolder folder, string json)
    {
        var file = folder["glide.json"];
        File.WriteAllText(file, json);
        return file;
    }

    private static string Json(Text2ImConfig config) => JsonSerializer.Serialize(config);
}
