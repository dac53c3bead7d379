using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// Measures whether a network has learnt what captions say, long before its images show it: the loss in each range of noise levels, with right,
/// misplaced and shuffled captions. Images, timesteps and noise are the same every time, so that small differences count.
/// </summary>
/// <param name="examples">Images that are not trained on, at the task's size; at least two.</param>
public sealed class CaptionProbe(IReadOnlyList<CaptionedImage> examples)
{
    private const int BatchSize = 32;

    /// <summary>Measures a network.</summary>
    /// <param name="task">The network and what it is taught.</param>
    /// <param name="options">Settings of the training.</param>
    /// <returns>One for each of <see cref="SnrBucket.All"/> that the process has timesteps in.</returns>
    internal IReadOnlyList<CaptionLoss> Measure(TextToImageTask task, TrainingOptions options)
    {
        using var inference = inference_mode();
        var alphasCumprod = task.Diffusion.Schedule.AlphasCumprod;
        CaptionedImage[] shuffled = [.. examples.Select((example, i) => example with { Caption = examples[(i + 1) % examples.Count].Caption })];
        CaptionedImage[]? misplaced = examples.All(example => example.MisplacedCaption is not null)
            ? [.. examples.Select(example => example with { Caption = example.MisplacedCaption! })]
            : null;
        return [.. from bucket in SnrBucket.All
                   let timesteps = bucket.Timesteps(alphasCumprod)
                   where timesteps.Length > 0
                   select new CaptionLoss(
                       bucket, Error(examples, timesteps), misplaced is null ? null : Error(misplaced, timesteps), Error(shuffled, timesteps))];

        double Error(IReadOnlyList<CaptionedImage> captioned, int[] timesteps)
        {
            var sum = 0.0;
            for (var first = 0; first < captioned.Count; first += BatchSize)
            {
                using var scope = NewDisposeScope();
                CaptionedImage[] part = [.. captioned.Skip(first).Take(BatchSize)];
                using var generator = new Generator((ulong)first);
                var xStart = Trainer.Pixels(part, task);
                // Evenly over the bucket, whatever the number of examples.
                var t = tensor([.. Enumerable.Range(first, part.Length).Select(i => (long)timesteps[(int)((i + 0.5) * timesteps.Length / captioned.Count)])]).to(task.Device);
                var noise = randn(xStart.shape, generator: generator).to(task.Device);
                var images = new NoisedImages(xStart, task.Diffusion.QSample(xStart, t, noise), t, noise);
                var (_, measures) = task.Losses(images, task.Inputs(part, xStart, generator, options), options);
                sum += measures[0].sum().item<float>();
            }
            return sum / captioned.Count;
        }
    }
}
