using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

/// <summary>Every network for inference in every precision: nearly the same numbers, as float32, and nothing is left behind.</summary>
public sealed class InferencePrecisionTests
{
    private static readonly Dictionary<string, Func<TensorSource, (Network Network, Func<RandomTensors, Tensor> Forward)>> Networks = new()
    {
        ["clip"] = source =>
        {
            var network = new ClipTextModel(new() { VocabSize = 50, HiddenSize = 32, IntermediateSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 2, EosTokenId = 49 }, source);
            return (network, Forward);

            Tensor Forward(RandomTensors random)
            {
                using var output = network.Forward(Ids(random, 2, 9));
                return output.Last.alias();
            }
        },
        ["unet"] = source =>
        {
            var network = new UNet2DCondition(new()
            {
                DownBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"],
                UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"],
                BlockOutChannels = [32, 64],
                LayersPerBlock = 1,
                CrossAttentionDim = 16,
                AttentionHeadDim = 2,
                AdditionEmbedType = "text_time",
                AdditionTimeEmbedDim = 4,
                ProjectionClassEmbeddingsInputDim = 34,
            }, source);
            return (network, random => network.Forward(random.Normal(2, 4, 8, 12), Numbers(10, 500), random.Normal(2, 5, 16), random.Normal(2, 10), random.Normal(2, 6)));
        },
        ["pixel unet"] = source =>
        {
            var network = new UNet2DCondition(new()
            {
                InChannels = 3,
                OutChannels = 6,
                DownBlockTypes = ["ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"],
                UpBlockTypes = ["SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"],
                MidBlockType = "UNetMidBlock2DSimpleCrossAttn",
                BlockOutChannels = [32, 64],
                LayersPerBlock = 1,
                CrossAttentionDim = 32,
                EncoderHidDim = 24,
                EncoderHidDimType = "text_proj",
                AttentionHeadDim = 16,
                AdditionEmbedType = "text",
                AdditionEmbedTypeNumHeads = 4,
                CrossAttentionNorm = "group_norm",
                ResnetTimeScaleShift = "scale_shift",
                ActFn = "gelu",
                ClassEmbedType = "timestep",
            }, source);
            return (network, random => network.Forward(
                random.Normal(2, 3, 8, 8), Numbers(10, 500), random.Normal(2, 5, 24), classLabels: Numbers(3, 4), contextMask: Ids(random, 2, 5).gt(S(0L))));
        },
        ["super-resolution unet"] = source =>
        {
            var network = new UNet2DUnconditional(new()
            {
                InChannels = 6,
                DownBlockTypes = ["ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D"],
                UpBlockTypes = ["ResnetUpsampleBlock2D", "ResnetUpsampleBlock2D"],
                BlockOutChannels = [32, 64],
                LayersPerBlock = 1,
                AddAttention = false,
            }, source);
            return (network, random => network.Forward(random.Normal(1, 6, 8, 8), Numbers(500)));
        },
        ["decoder"] = source =>
        {
            var network = new AutoencoderKl(Autoencoder, source);
            return (network, random => network.Decode(random.Normal(1, 4, 8, 4)));
        },
        ["encoder"] = source =>
        {
            var network = new AutoencoderKl(Autoencoder, source);
            return (network, Forward);

            Tensor Forward(RandomTensors random)
            {
                var (mean, logVariance) = network.Encode(random.Normal(1, 3, 8, 16));
                logVariance.Dispose();
                return mean;
            }
        },
        ["t5"] = source =>
        {
            var network = new T5Encoder(new() { VocabSize = 50, DModel = 32, DKv = 16, DFf = 64, NumLayers = 2, NumHeads = 2, FeedForwardProj = "gated-gelu" }, source);
            return (network, random => network.Forward(Ids(random, 2, 9), Ids(random, 2, 9).gt(S(0L))));
        },
        ["dit"] = source =>
        {
            var network = new DitTransformer2D(new() { NumAttentionHeads = 2, AttentionHeadDim = 16, NumLayers = 2, SampleSize = 8, NumEmbedsAdaNorm = 10 }, source);
            return (network, random => network.Forward(random.Normal(2, 4, 8, 12), Numbers(10, 500), tensor(new[] { 3L, 10 })));
        },
        ["pixart"] = source =>
        {
            var network = new PixArtTransformer2D(new()
            {
                NumAttentionHeads = 3,
                AttentionHeadDim = 16,
                NumLayers = 2,
                SampleSize = 8,
                CrossAttentionDim = 48,
                CaptionChannels = 24,
                UseAdditionalConditions = true,
            }, source);
            return (network, random => network.Forward(random.Normal(2, 4, 8, 12), Numbers(10, 500), random.Normal(2, 5, 24), Ids(random, 2, 5).gt(S(0L)), random.Normal(2, 2), random.Normal(2, 1)));
        },
        ["sd3"] = source =>
        {
            var network = new Sd3Transformer2D(new()
            {
                InChannels = 4,
                OutChannels = 4,
                NumLayers = 3,
                NumAttentionHeads = 2,
                AttentionHeadDim = 16,
                JointAttentionDim = 24,
                CaptionProjectionDim = 32,
                PooledProjectionDim = 20,
                PosEmbedMaxSize = 8,
                DualAttentionLayers = [0],
                QkNorm = "rms_norm",
            }, source);
            return (network, random => network.Forward(random.Normal(2, 4, 8, 12), Numbers(10, 500), random.Normal(2, 5, 24), random.Normal(2, 20)));
        },
        ["flux"] = source =>
        {
            var network = new FluxTransformer2D(new()
            {
                InChannels = 16,
                NumLayers = 2,
                NumSingleLayers = 2,
                NumAttentionHeads = 2,
                AttentionHeadDim = 16,
                JointAttentionDim = 24,
                PooledProjectionDim = 20,
                GuidanceEmbeds = true,
                AxesDimsRope = [4, 6, 6],
            }, source);
            return (network, random => network.Forward(
                FluxLatents.Pack(random.Normal(2, 4, 8, 6)), tensor(0.7f), random.Normal(2, 5, 24), random.Normal(2, 20), FluxLatents.ImageIds(8, 6, CPU), FluxLatents.TextIds(5, CPU), tensor(3.5f)));
        },
        ["prior"] = source =>
        {
            var network = new PriorTransformer(new() { NumAttentionHeads = 2, AttentionHeadDim = 16, NumLayers = 2, EmbeddingDim = 24, NumEmbeddings = 5 }, source);
            return (network, random => network.Forward(random.Normal(2, 24), Numbers(10, 500), random.Normal(2, 24), random.Normal(2, 5, 24), Ids(random, 2, 5).gt(S(0L))));
        },
        ["text projection"] = source =>
        {
            var network = new UnClipTextProjection(new() { ClipEmbeddingsDim = 24, TimeEmbedDim = 32, CrossAttentionDim = 16 }, source);
            return (network, Forward);

            Tensor Forward(RandomTensors random)
            {
                var (context, embedding) = network.Forward(random.Normal(2, 24), random.Normal(2, 24), random.Normal(2, 5, 24));
                embedding.Dispose();
                return context;
            }
        },
    };

    private static AutoencoderKlConfig Autoencoder => new()
    {
        DownBlockTypes = ["DownEncoderBlock2D", "DownEncoderBlock2D"],
        UpBlockTypes = ["UpDecoderBlock2D", "UpDecoderBlock2D"],
        BlockOutChannels = [32, 64],
    };

    public static TheoryData<string, ScalarType> All => [.. from name in Networks.Keys from precision in new[] { ScalarType.BFloat16, ScalarType.Float16 } select (name, precision)];

    [Theory]
    [MemberData(nameof(All))]
    public void Forward_InHalf_IsNearlyTheSameAsFloat32AndLeavesOnlyItsOutput(string name, ScalarType precision)
    {
        var tensors = RandomWeights(source => Networks[name](source).Network);
        var (exact, exactForward) = Networks[name](new MemorySource(tensors));
        var (half, halfForward) = Networks[name](new MemorySource(tensors, precision));
        using (exact)
        using (half)
        {
            using var scope = NewDisposeScope();
            var expected = Seeded(exactForward);
            var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
            Tensor got;
            using (var inner = NewDisposeScope()) got = Seeded(halfForward).MoveToOuterDisposeScope();

            Assert.Equal(before + 1, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
            Assert.Equal(ScalarType.Float32, got.dtype);
            var error = ((got - expected).pow(S(2)).mean().sqrt() / expected.pow(S(2)).mean().sqrt()).item<float>();
            Assert.InRange(error, 1e-6, precision == ScalarType.BFloat16 ? 0.1 : 0.02);
        }
    }

    [Fact]
    public void Forward_OfAnImageLargerThanThePositions_IsRefused()
    {
        var (network, _) = Networks["sd3"](new MemorySource(RandomWeights(source => Networks["sd3"](source).Network)));
        using (network)
        {
            Assert.Equal(
                "an image of 9 x 4 patches is too large; allowed: up to 8 x 8",
                Assert.Throws<ArgumentException>(() => ((Sd3Transformer2D)network).Forward(zeros(1, 4, 18, 8), zeros(1), zeros(1, 5, 24), zeros(1, 20))).Message);
        }
    }

    // The tensors of one seed: the shared generator belongs to all tests that run at once.
    private static Tensor Seeded(Func<RandomTensors, Tensor> forward)
    {
        using var random = new RandomTensors(7);
        return forward(random);
    }

    private static Tensor Ids(RandomTensors random, long rows, long length) => random.Uniform(0, 50, rows, length).to_type(ScalarType.Int64);

    private static Tensor Numbers(params float[] numbers) => tensor(numbers);

    private static Dictionary<string, Tensor> RandomWeights(Func<TensorSource, Network> build)
    {
        using var random = new RandomTensors(1);
        var shapes = new ShapeSource();
        build(shapes).Dispose();
        return shapes.Taken.ToDictionary(entry => entry.Key, entry =>
        {
            var scale = entry.Value.Shape.Length == 1 ? 0.1 : 1 / Math.Sqrt(entry.Value.Elements / entry.Value.Shape[0]);
            return random.Normal(entry.Value.Shape) * S(scale);
        });
    }
}
