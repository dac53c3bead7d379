using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class NetworkTests
{
    private static readonly UNet2DConditionConfig UNet = new()
    {
        DownBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"],
        BlockOutChannels = [32, 64],
        LayersPerBlock = 1,
        CrossAttentionDim = 16,
        AttentionHeadDim = 2,
    };

    private static readonly AutoencoderKlConfig Autoencoder = new()
    {
        DownBlockTypes = ["DownEncoderBlock2D", "DownEncoderBlock2D"],
        UpBlockTypes = ["UpDecoderBlock2D", "UpDecoderBlock2D"],
        BlockOutChannels = [32, 64],
    };

    private static readonly ClipTextConfig Text = new() { VocabSize = 50, HiddenSize = 32, IntermediateSize = 64, NumHiddenLayers = 2, EosTokenId = 49 };

    private static long LiveTensors => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Forward_OfAUNet_LeavesOnlyItsOutput(ScalarType precision)
    {
        using var network = Random(source => new UNet2DCondition(UNet, source), precision);
        using var x = randn(2, 4, 8, 12);
        using var timesteps = tensor(new[] { 10L, 500L });
        using var context = randn(2, 5, 16);
        var before = LiveTensors;

        using (var output = network.Forward(x, timesteps, context))
        {
            Assert.Equal(before + 1, LiveTensors);
            Assert.Equal([2L, 4, 8, 12], output.shape);
            Assert.Equal(ScalarType.Float32, output.dtype);
            Assert.True(output.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void EncodeAndDecode_OfAnAutoencoder_LeaveOnlyTheirOutputs()
    {
        using var network = Random(source => new AutoencoderKl(Autoencoder, source));
        using var image = randn(1, 3, 16, 8);
        var before = LiveTensors;

        var (mean, logVariance) = network.Encode(image);
        var decoded = network.Decode(mean);

        Assert.Equal(before + 3, LiveTensors);
        Assert.Equal([1L, 4, 8, 4], mean.shape);
        Assert.Equal([1L, 4, 8, 4], logVariance.shape);
        Assert.Equal([1L, 3, 16, 8], decoded.shape);
    }

    [Fact]
    public void Forward_OfATextEncoder_LeavesOnlyItsOutput()
    {
        using var network = Random(source => new ClipTextModel(Text, source));
        using var ids = tensor(new[] { 1L, 2, 49, 0 }).unsqueeze(0);
        var before = LiveTensors;

        network.Forward(ids).Dispose();

        Assert.Equal(before, LiveTensors);
    }

    [Fact]
    public void Dispose_ANetwork_FreesAllItTook()
    {
        var tensors = RandomWeights(source => new AutoencoderKl(Autoencoder, source));
        var before = LiveTensors;

        new AutoencoderKl(Autoencoder, new MemorySource(tensors)).Dispose();

        Assert.Equal(before, LiveTensors);
    }

    [Fact]
    public void Create_WithAWeightMissing_FreesWhatItTook()
    {
        var tensors = RandomWeights(source => new AutoencoderKl(Autoencoder, source));
        Assert.True(tensors.Remove("decoder.conv_out.bias"));
        var before = LiveTensors;

        Assert.Throws<InvalidDataException>(() => new AutoencoderKl(Autoencoder, new MemorySource(tensors)));

        Assert.Equal(before, LiveTensors);
    }

    [Fact]
    public void Decode_WithTheOlderNamesOfAttention_IsTheSame()
    {
        var tensors = RandomWeights(source => new AutoencoderKl(Autoencoder, source));
        (string Now, string Before)[] names = [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")];
        var older = tensors.ToDictionary(
            entry => names.Aggregate(entry.Key, (key, name) => key.Replace($"attentions.0.{name.Now}.", $"attentions.0.{name.Before}.", StringComparison.Ordinal)), entry => entry.Value);
        Assert.Equal(16, older.Keys.Count(key => !tensors.ContainsKey(key)));
        using var network = new AutoencoderKl(Autoencoder, new MemorySource(tensors));
        using var same = new AutoencoderKl(Autoencoder, new MemorySource(older));
        using var latents = randn(1, 4, 4, 4);

        Near.Equal(network.Decode(latents), same.Decode(latents));
    }

    [Fact]
    public void Forward_WithoutAConditionThatTheNetworkNeeds_SaysWhich()
    {
        var config = UNet with { AdditionEmbedType = "text_time", AdditionTimeEmbedDim = 4, ProjectionClassEmbeddingsInputDim = 34 };
        using var network = Random(source => new UNet2DCondition(config, source));
        using var x = randn(1, 4, 8, 8);
        using var timesteps = tensor(5L);
        using var context = randn(1, 5, 16);
        using var pooled = randn(1, 10);

        Assert.Equal("this network needs pooled text", Assert.Throws<ArgumentException>(() => network.Forward(x, timesteps, context)).Message);
        Assert.Equal(
            "pooled text [1, 10] and time ids [1, 5] make 30 numbers; allowed: 34",
            Assert.Throws<ArgumentException>(() => network.Forward(x, timesteps, context, pooled, zeros(1, 5))).Message);
    }

    [Fact]
    public void Forward_OneTimestepForAll_IsThatForEach()
    {
        using var network = Random(source => new UNet2DCondition(UNet, source));
        using var x = randn(2, 4, 8, 8);
        using var context = randn(2, 5, 16);

        Near.Equal(network.Forward(x, tensor(new[] { 7L, 7L }), context), network.Forward(x, tensor(7.0f), context));
    }

    private static TNetwork Random<TNetwork>(Func<TensorSource, TNetwork> build, ScalarType precision = ScalarType.Float32) where TNetwork : Network =>
        build(new MemorySource(RandomWeights(build), precision));

    private static Dictionary<string, Tensor> RandomWeights<TNetwork>(Func<TensorSource, TNetwork> build) where TNetwork : Network
    {
        using var random = new RandomTensors(1);
        var shapes = new ShapeSource();
        build(shapes).Dispose();
        return shapes.Taken.ToDictionary(
            entry => entry.Key, entry => random.Normal(entry.Value.Shape) / S(Math.Sqrt(Math.Max(1, entry.Value.Elements / entry.Value.Shape[0]))));
    }
}
