using System.Globalization;
using Atelier.Abstractions;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Shapes;
using Spectre.Console;

namespace Atelier.Cli.Evaluate;

/// <summary>One run of <c>atelier evaluate</c>.</summary>
internal static class Evaluation
{
    private const int SmallestImage = 8;

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
        Check(settings, model.About);
        var device = DeviceOption.Open(settings.Device);
        Directory.CreateDirectory(settings.Output);

        var judge = EvaluationReport.Describe(JudgeAccuracy.Measure(settings.JudgeScenes, settings.Seed), settings.JudgeScenes);
        ProgressDisplay.Print(console, judge);

        using var loaded = model.Load(device);
        var pipeline = new SamplingPipeline(loaded);
        var sampling = new SamplingSettings { Sampler = settings.Sampler, Steps = settings.Steps, BatchSize = settings.Batch };
        var images = EvaluationImage.Plan(settings.Samples, settings.Seed);
        var sheet = new SampleSheet(images, model.About.ImageSize);
        var results = new List<ScaleResult>();
        var total = (long)images.Count * settings.Guidance.Count;
        ProgressDisplay.Run(console, "image", 0, total, lineEvery: Math.Max(1, total / 10), display =>
        {
            var (done, gate) = (0L, new Lock());
            foreach (var guidance in settings.Guidance)
            {
                var requests = images.Select(image => new SampleRequest(image.Expected.Caption, image.Seed, guidance)).ToList();
                var pixels = BatchDrawing.Draw(pipeline, requests, sampling, settings.Workers, Report, cancellationToken);
                results.Add(ScaleResult.Of(guidance, images, pixels, model.About.ImageSize));
                sheet.Add(guidance, pixels);

                void Report(int drawn)
                {
                    lock (gate) display.Report(done += drawn, string.Create(CultureInfo.InvariantCulture, $"guidance {guidance}"));
                }
            }
        });

        var report = new EvaluationReport(settings, judge, results);
        report.Write(settings.Output);
        sheet.Save(Path.Combine(settings.Output, EvaluationReport.SamplesFile));
        Show(console, report.ToTable(), settings.Output);
        return 0;
    }

    /// <summary>Ends a run: the table, and where the rest is.</summary>
    internal static void Show(IAnsiConsole console, Table table, string folder)
    {
        // A pipe or a file has no width to keep to.
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 200;
        console.Write(table);
        ProgressDisplay.Print(console, $"the results are in {folder}");
    }

    /// <summary>Refuses a model that cannot draw what the judge is to look at.</summary>
    /// <exception cref="InvalidInputException">Says why.</exception>
    internal static void Check(EvaluateSettings settings, ModelDescription about)
    {
        if (settings.Steps > about.Timesteps)
            throw new InvalidInputException($"--steps is '{settings.Steps}'; allowed: 1 to {about.Timesteps}, the model's timesteps");
        if (about.Family != GlideConfig.Name)
            throw new InvalidInputException($"the model is of kind {about.Family}; the captions of the shapes world need one of kind {GlideConfig.Name}");
        if (about.ImageSize < SmallestImage)
            throw new InvalidInputException(
                $"the model's images are {about.ImageSize} pixels wide; the judge needs {SmallestImage} or more");
    }
}
