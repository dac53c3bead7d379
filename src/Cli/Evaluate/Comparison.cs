using Atelier.Abstractions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Shapes;
using Spectre.Console;
using static TorchSharp.torch;

namespace Atelier.Cli.Evaluate;

/// <summary>
/// One run of <c>atelier evaluate --compare</c>: kinds of objects drawn by every guidance method, sampler and tool, with the same captions, classes
/// and seeds. The kinds are those that training shows, since a classifier knows no others.
/// </summary>
internal static class Comparison
{
    /// <summary>Draws, judges and writes the results. The same settings give the same files on the same machine.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="console">Where to show how it goes.</param>
    /// <param name="cancellationToken">Stops before the next denoising step.</param>
    /// <returns>0.</returns>
    /// <exception cref="InvalidInputException">Something given does not suit the model.</exception>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static int Run(EvaluateSettings settings, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var model = settings.Model;
        Evaluation.Check(settings, model.About);
        var classes = ClassesOf(model);
        var device = DeviceOption.Open(settings.Device);
        Directory.CreateDirectory(settings.Output);

        using var loaded = model.Load(device);
        var (evaluations, gradients) = (new PassCounter((nn.Module)loaded.Stages[0].Network), new PassCounter(loaded.Classifier));
        var pipeline = new SamplingPipeline(loaded);
        var images = EvaluationImage.PlanKinds(settings.Samples, settings.Seed);
        var methods = ComparisonMethod.Plan(settings);
        var results = new List<ComparisonResult>();
        var total = (long)images.Count * methods.Count;
        ProgressDisplay.Run(console, "image", 0, total, lineEvery: Math.Max(1, total / 20), display =>
        {
            var (done, gate) = (0L, new Lock());
            foreach (var method in methods)
            {
                var requests = images.Select(image => new SampleRequest(method.Captioned ? image.Expected.Caption : "", image.Seed, method.Guidance)
                {
                    Label = method.Sampling.ClassifierScale > 0 ? classes[image.Expected.Scene.Objects[0].Kind.Class] : null,
                }).ToList();
                var pixels = BatchDrawing.Draw(pipeline, requests, method.Sampling, settings.Workers, Report, cancellationToken);
                // Batches are filled up to their fixed size.
                var drawn = (images.Count + settings.Batch - 1) / settings.Batch * settings.Batch;
                results.Add(Judge(method, images, pixels, model.About.ImageSize, (double)evaluations.Take() / drawn, (double)gradients.Take() / drawn));

                void Report(int more)
                {
                    lock (gate) display.Report(done += more, $"{method.Series} {method.Name}");
                }
            }
        });

        var report = new ComparisonReport(settings, results);
        report.Write(settings.Output);
        Evaluation.Show(console, report.ToTable(), settings.Output);
        return 0;
    }

    private static ComparisonResult Judge(
        ComparisonMethod method, IReadOnlyList<EvaluationImage> images, IReadOnlyList<byte[]?> pixels, int size, double evaluations, double gradients)
    {
        var result = ScaleResult.Of(method.Guidance, images, pixels, size);
        var named = images.Zip(pixels).Where(pair => pair.First.Ordinal == 0)
            .Select(pair => (bool?)(pair.Second is { } rgb && Shows(pair.First.Expected.Scene.Objects[0].Kind, rgb, size)));
        return new ComparisonResult(method, result.OneObject, Share.Count(named), result.Diversity, evaluations, gradients);
    }

    private static bool Shows(ObjectKind kind, byte[] rgb, int size) =>
        Shapes.Judge.Look(rgb, size, size).Objects.Any(seen => seen.Colour == kind.Colour && seen.Shape == kind.Shape);

    // The model's classes by those of the shapes world.
    private static int[] ClassesOf(ModelFolder model) => !model.About.HasClassifier
        ? []
        : [.. ObjectKind.All.Select(kind => model.About.Classes?.Find(kind.ToString())
            ?? throw new InvalidInputException($"the model's classifier has no class '{kind}'; the comparison needs the kinds of the shapes world"))];
}
