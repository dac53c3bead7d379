using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Training;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Training;

public sealed class TextTaskTests : IDisposable
{
    private static readonly TrainingOptions Options = new() { Steps = 6, BatchSize = 8, WarmupSteps = 2, Seed = 3, UncondProbability = 1 };

    private readonly TinyModel _model = new();
    private readonly TemporaryFolder _folder = new();

    public TextTaskTests() => set_num_threads(1);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Run_OnLettersInAnOrder_LearnsWhichIsFirst()
    {
        using var trainer = new Trainer(New(TinyModel.Network()), new Letters(), Options with { Steps = 200, BatchSize = 16, LearningRate = 3e-3 });

        var steps = trainer.Run(Path.Combine(_folder.FullName, "checkpoint"), TestContext.Current.CancellationToken).ToList();

        // Who knows which letters there are, but not which is first, is right half of the time.
        Assert.True(steps[^20..].Average(step => step.Measures[0]) > 0.75, string.Join(", ", steps.Select(step => step.Measures[0])));
    }

    [Fact]
    public void Run_ChangesTheTextTransformerAndLeavesTheUNetAsItIs()
    {
        using var network = TinyModel.Network();
        using var fresh = TinyModel.Network();
        using var trainer = new Trainer(New(network), new Letters(), Options);

        foreach (var _ in trainer.Run(Path.Combine(_folder.FullName, "checkpoint"), TestContext.Current.CancellationToken)) { }

        Assert.IsType<Text2ImUNet>(trainer.Model);
        foreach (var (name, parameter) in fresh.named_parameters())
        {
            var changed = parameter.ne(network.get_parameter(name)!).any().item<bool>();
            Assert.Equal(TextToImageTask.IsText(name) || name.StartsWith("transformer_proj.", StringComparison.Ordinal), changed);
        }
    }

    private TextTask New(Text2ImUNet network) => new(
        network, new GaussianDiffusion(NoiseSchedule.Create("squaredcos_cap_v2", 1000)), 16, NativeFolder.Open(_model.FullName).Tokenizer!, [4, 2]);

    /// <summary>"ab" to "dc": which of four letters is first, and whether the second is later in the alphabet.</summary>
    private sealed class Letters : ITrainingData
    {
        public CaptionedImage Get(long index, int imageSize)
        {
            var first = (int)(index % 4);
            var second = (int)((first + 1 + index / 4 % 3) % 4);
            return new CaptionedImage($"{(char)('a' + first)}{(char)('a' + second)}", new byte[imageSize * imageSize * 3]) { Attributes = [first, second > first ? 1 : 0] };
        }
    }
}
