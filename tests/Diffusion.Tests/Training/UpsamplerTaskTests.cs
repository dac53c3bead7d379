using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Training;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Training;

public sealed class UpsamplerTaskTests : IDisposable
{
    private static readonly TrainingOptions Options = new() { Steps = 6, BatchSize = 4, WarmupSteps = 2, Seed = 3 };

    private readonly TinyModel _model = new();
    private readonly TemporaryFolder _folder = new();

    public UpsamplerTaskTests() => set_num_threads(1);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Inputs_WithoutNoise_HoldTheImageAveragedDownAndRounded()
    {
        using var task = New();
        using var random = new RandomTensors(1);
        using var generator = new Generator(2);
        var xStart = random.Uniform(-1, 1, 2, 3, 16, 16);

        var small = task.Inputs(Examples(2), xStart, generator, Options)[2];

        // Each pixel is the mean of its four, on the levels of a byte.
        var (four, level) = (xStart.view(2, 3, 8, 2, 8, 2).sum([3, 5]), small.Plus(S(1)).mul(S(127.5)));
        Assert.Equal([2, 3, 8, 8], small.shape);
        Near.Equal(four.div(S(4)), small, atol: 0.5 / 127.5 + 1e-6);
        Near.Equal(level.round(), level, atol: 1e-4);
    }

    [Fact]
    public void Inputs_WithNoise_DeviateByNoMoreThanTheLevel()
    {
        using var task = New();
        using var generator = new Generator(2);
        var options = Options with { LowResNoise = 0.5 };

        var small = task.Inputs(Examples(64), zeros(64, 3, 16, 16), generator, options)[2];

        // Uniform between 0 and 0.5, so 0.25 in the mean; rounding to bytes does not matter here.
        var deviations = small.flatten(start_dim: 1).std(1);
        Assert.InRange(deviations.mean().item<float>(), 0.2, 0.3);
        Assert.InRange(deviations.max().item<float>(), 0.4, 0.56);
        Assert.InRange(deviations.min().item<float>(), 0, 0.08);
    }

    [Fact]
    public void Run_OnPlainColours_LearnsToFollowTheSmallImage()
    {
        using var trainer = new Trainer(New(), new PlainColours(), Options with { Steps = 80, BatchSize = 8, LearningRate = 2e-3, EmaDecay = 0, UncondProbability = 0 });

        var errors = trainer.Run(Path.Combine(_folder.FullName, "checkpoint"), TestContext.Current.CancellationToken).Select(step => step.Measures[0]).ToList();

        Assert.True(errors[^10..].Average() < 0.5 * errors[..5].Average(), string.Join(", ", errors));

        // In pure noise nothing but the small image says what colour the large one has.
        var network = (Text2ImUNet)trainer.Average;
        using var noGradients = no_grad();
        using var random = new RandomTensors(4);
        var x = random.Normal(1, 3, 16, 16);
        var text = network.EncodeText(zeros(1, 12, dtype: int64), zeros(1, 12, dtype: ScalarType.Bool));
        float Drawn(double level) => network.call(
            new ConcatenatedImages(LowRes: full([1, 3, 8, 8], S(level))).Concatenate(x), full([1], S(999)), text)[.., ..3].mean().item<float>();
        Assert.InRange(Drawn(-0.8), -1.1, -0.4);
        Assert.InRange(Drawn(0.8), 0.4, 1.1);
    }

    private UpsamplerTask New()
    {
        var network = new Text2ImUNet(TinyModel.NetworkConfig with { InChannels = 6 });
        RandomTensors.FillWeights(network, 5);
        return new UpsamplerTask(
            network, new GaussianDiffusion(NoiseSchedule.Create("linear", 1000), Prediction.StartX), 16, 8, NativeFolder.Open(_model.FullName).Tokenizer!);
    }

    private static List<CaptionedImage> Examples(int count) => [.. Enumerable.Repeat(new CaptionedImage("one", []), count)];

    private sealed class PlainColours : ITrainingData
    {
        public CaptionedImage Get(long index, int imageSize)
        {
            var rgb = new byte[imageSize * imageSize * 3];
            Array.Fill(rgb, (byte)(index * 37 % 256));
            return new CaptionedImage("a colour", rgb);
        }
    }
}
