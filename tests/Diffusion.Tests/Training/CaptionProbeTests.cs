using Atelier.Diffusion.Models;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Training;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Training;

public sealed class CaptionProbeTests : IDisposable
{
    // An epsilon would hardly depend on the image at such noise levels.
    private static readonly GaussianDiffusion Process = new(NoiseSchedule.Create("squaredcos_cap_v2", 1000), Prediction.Velocity);

    private readonly TinyModel _model = new();
    private readonly TemporaryFolder _folder = new();

    public CaptionProbeTests() => set_num_threads(1);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Measure_NetworkThatLearntItsCaptions_DoesWorseWithOthersAndTheSameEveryTime()
    {
        CaptionedImage[] images = [.. Enumerable.Range(0, 8).Select(i => new TwoColours().Get(i, 16))];
        var probe = new CaptionProbe(images);
        using var trainer = new Trainer(
            new TextToImageTask(TinyModel.Network(), Process, 16, NativeFolder.Open(_model.FullName).Tokenizer!), new TwoColours(),
            new TrainingOptions { Steps = 300, BatchSize = 8, WarmupSteps = 5, LearningRate = 3e-3, UncondProbability = 0, EmaDecay = 0.9, TimestepShift = 4 });

        foreach (var _ in trainer.Run(Path.Combine(_folder.FullName, "checkpoint"), TestContext.Current.CancellationToken)) { }
        var losses = trainer.Measure(probe);

        Assert.Equal(SnrBucket.All, losses.Select(loss => loss.Bucket));
        Assert.Equal(losses, trainer.Measure(probe));
        // In nearly pure noise only the caption tells dark from bright.
        Assert.True(losses[0].CaptionGap > 0.02, $"{losses[0]}");
        Assert.True(losses[0].LayoutGap > 0.02, $"{losses[0]}");
    }

    [Fact]
    public void Timesteps_OfAllBuckets_AreThoseOfTheProcessEachOnce()
    {
        var timesteps = SnrBucket.All.SelectMany(bucket => bucket.Timesteps(Process.Schedule.AlphasCumprod)).Order();

        Assert.Equal(Enumerable.Range(0, 1000), timesteps);
    }

    /// <summary>Dark and bright images, called a and b; misplaced is the other letter.</summary>
    private sealed class TwoColours : ITrainingData
    {
        public CaptionedImage Get(long index, int imageSize)
        {
            var pixels = new byte[imageSize * imageSize * 3];
            Array.Fill(pixels, (byte)(index % 2 == 0 ? 40 : 215));
            return new CaptionedImage(index % 2 == 0 ? "a" : "b", pixels) { MisplacedCaption = index % 2 == 0 ? "b" : "a" };
        }
    }
}
