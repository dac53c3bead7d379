using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Training;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Training;

public sealed class ClassifierTaskTests : IDisposable
{
    private static readonly TrainingOptions Options = new() { Steps = 6, BatchSize = 4, WarmupSteps = 2, Seed = 3 };
    private static readonly GaussianDiffusion Process = new(NoiseSchedule.Create("squaredcos_cap_v2", 1000));

    private readonly TemporaryFolder _folder = new();

    public ClassifierTaskTests() => set_num_threads(1);

    private string Checkpoint => Path.Combine(_folder.FullName, "checkpoint.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_OnDarkAndBrightImages_LearnsToTellThem()
    {
        using var trainer = new Trainer(New(), new DarkAndBrightImages(), Options with { Steps = 80, BatchSize = 8, LearningRate = 2e-3 });

        var steps = Run(trainer).ToList();

        Assert.True(steps[^20..].Average(step => step.Measures.Single()) > 0.85, string.Join(", ", steps.Select(step => step.Measures[0])));
        Assert.True(steps[^20..].Average(step => step.Loss) < 0.5 * steps[0].Loss);
    }

    [Fact]
    public void Run_NetworkThatKnowsNothing_HasTheEntropyOfItsClassesAsLoss()
    {
        // Adaptive pooling ends in a layer of zeros, so that all classes are equally likely at first.
        using var trainer = new Trainer(New(ClassifierPool.Adaptive), new DarkAndBrightImages(), Options with { Steps = 1 });

        Assert.Equal(Math.Log(2), Run(trainer).Single().Loss, 1e-6);
    }

    [Fact]
    public void Run_WithReplicas_MeasuresWhatOneNetworkDoes()
    {
        using var alone = new Trainer(New(), new DarkAndBrightImages(), Options);
        using var shared = new Trainer(New(), new DarkAndBrightImages(), Options with { Replicas = 3 });

        Assert.All(Run(alone).ToList().Zip(Run(shared).ToList()), pair =>
        {
            Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-4 * pair.First.Loss);
            Assert.Equal(pair.First.Measures[0], pair.Second.Measures[0], 1e-6);
        });
    }

    [Fact]
    public void Run_StoppedAndResumed_GoesOnAsIfItHadNot()
    {
        using var whole = new Trainer(New(), new DarkAndBrightImages(), Options);
        var expected = Run(whole).Last().Loss;

        using (var first = new Trainer(New(), new DarkAndBrightImages(), Options))
        {
            foreach (var step in Run(first).Take(3)) Assert.InRange(step.Step, 1, 3);
            first.Save(Checkpoint);
        }
        using var second = new Trainer(New(), new DarkAndBrightImages(), Options);
        second.Resume(Checkpoint);

        Assert.Equal(expected, Run(second).Last().Loss);
    }

    [Fact]
    public void Run_ExampleWithoutAClass_IsRefusedByItsCaption()
    {
        using var trainer = new Trainer(New(), new ConstantImages(), Options);

        var exception = Assert.Throws<InvalidDataException>(() => Run(trainer).First());

        Assert.Equal($"'{new ConstantImages().Get(0, 16).Caption}' has no class", exception.Message);
    }

    private static ClassifierTask New(ClassifierPool pool = ClassifierPool.Attention)
    {
        var network = new EncoderUNetModel(new EncoderUNetConfig
        {
            ImageSize = 16,
            Pool = pool,
            ModelChannels = 32,
            OutChannels = 2,
            NumResBlocks = 1,
            AttentionResolutions = [],
            ChannelMult = [1, 1],
            NumHeadChannels = 16,
            UseScaleShiftNorm = true,
        });
        RandomTensors.FillWeights(network, 5);
        return new ClassifierTask(network, Process);
    }

    private IEnumerable<TrainingProgress> Run(Trainer trainer) => trainer.Run(Checkpoint, TestContext.Current.CancellationToken);

    // Class 0 is dark and class 1 bright; a quarter of the images carry a caption that says so, which must not matter.
    private sealed class DarkAndBrightImages : ITrainingData
    {
        public CaptionedImage Get(long index, int imageSize)
        {
            var label = (int)(index / 2 % 2);
            var rgb = new byte[imageSize * imageSize * 3];
            Array.Fill(rgb, (byte)(label == 0 ? 40 : 215));
            return new CaptionedImage(index % 4 == 0 ? "dark" : "", rgb) { Label = label };
        }
    }
}
