using Atelier.Bench.Sample;
using Atelier.Bench.Sample.Onnx;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using TorchSharp;

namespace Atelier.Silo.Tests.Bench;

public sealed class UNetGraphTests
{
    private static readonly Text2ImConfig Small = new()
    {
        ModelChannels = 32,
        NumResBlocks = 1,
        ChannelMult = [1],
        AttentionResolutions = [],
        TextCtx = 5,
        XfWidth = 0,
        XfLayers = 1,
        XfHeads = 2,
        XfFinalLn = true,
        XfPadding = true,
        VocabularySize = 50,
    };

    private static readonly Text2ImConfig Text = Small with { ChannelMult = [1, 2], XfWidth = 32, AttentionResolutions = [2], NumHeadChannels = 16 };

    public static TheoryData<Text2ImConfig> Networks => new()
    {
        Small,
        Text with { UseScaleShiftNorm = true, ResBlockUpDown = true },
        Text with { InChannels = 6, NumHeadChannels = -1, NumHeads = 2, NumHeadsUpsample = 4 },
        Text with { InChannels = 10, NumResBlocks = 2, ChannelMult = [1, 1, 2], AttentionResolutions = [1, 4] },
    };

    [Fact]
    public void Flops_OfANetworkWithoutText_AreThoseCountedByHand()
    {
        const long Pixels = 8 * 8;
        const long Convolution = 2 * 32 * 32 * 9 * Pixels;
        const long Embedding = 2 * 128 * 32;
        const long Block = 2 * Convolution + Embedding;
        // Its first convolution sees the skip connection too, and so does a convolution of 1 x 1 past it.
        const long UpBlock = 3 * Convolution + Embedding + 2 * 64 * 32 * Pixels;
        const long Attention = 2 * 32 * 96 * Pixels + 2 * (2 * Pixels * Pixels * 32) + 2 * 32 * 32 * Pixels;
        const long Time = 2 * 32 * 128 + 2 * 128 * 128;
        const long Ends = 2 * 3 * 32 * 9 * Pixels + 2 * 32 * 6 * 9 * Pixels;

        Assert.Equal(Time + Ends + 3 * Block + Attention + 2 * UpBlock, UNetGraph.Build(Small, 8).Flops);
    }

    [Fact]
    public void Flops_OfText_AreItsKeysAndValuesAndWhatAttendsToThem()
    {
        const long Pixels = 8 * 8, Length = 5, Width = 32, Channels = 32;
        var without = Small with { NumHeads = 2 };

        Assert.Equal(
            UNetGraph.Build(without, 8).Flops + 2 * Width * 2 * Channels * Length + 2 * (2 * Pixels * Length * Channels),
            UNetGraph.Build(without with { XfWidth = (int)Width }, 8).Flops);
    }

    [Fact]
    public void Weights_OfTheOfficialNetwork_AreAllButThoseOfTheText()
    {
        var config = OfficialConfigs.Glide(64, 3, inpaint: false, superRes: false);
        using var network = new Text2ImUNet(config, torch.META);

        string[] parts = ["time_embed", "input_blocks", "middle_block", "output_blocks", "out"];
        Assert.Equal(network.state_dict().Keys.Where(key => parts.Contains(key.Split('.')[0])).Order(), UNetGraph.Build(config, 64).Weights.Order());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Write_ANetwork_ComputesTheSameInOnnxRuntime(Text2ImConfig config)
    {
        using var folder = new TemporaryFolder();
        var file = folder["unet.onnx"];
        var glide = GlideOptions.Of(16, config);
        using var network = RandomNetwork.Create(config, seed: 3);
        UNetExport.Write(file, network, glide.ImageSize, "these");
        using var batch = new Batch(network, glide, Options, torch.CPU, worker: 0);
        using var onnx = new OnnxOpponent(file, [batch], threads: 1);

        using var output = batch.Call();
        var (difference, largest) = onnx.Compare(0, output);

        Assert.Equal("these", onnx.Weights);
        Assert.InRange(largest, 0.1, 100);
        Assert.InRange(difference, 0, 1e-5 * largest);
    }

    private static SampleOptions Options => new()
    {
        Config = "",
        Batch = 3,
        Sampler = "ddim",
        Threads = 1,
        Workers = 1,
        Guidance = 3,
        Device = "cpu",
        Calls = 1,
        Loops = 1,
        Seed = 3,
    };
}
