using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Models;

namespace Atelier.Simulation;

/// <summary>A model that tells a log what is drawn with it.</summary>
internal sealed class LoggedModel(IImageModel model, DrawLog log) : IImageModel
{
    public bool Inpaints => model.Inpaints;

    public bool HasClassifier => model.HasClassifier;

    public string Device => model.Device;

    public int? ClassOf(string label) => model.ClassOf(label);

    public string? ProblemWithLabel(string? label) => model.ProblemWithLabel(label);

    public int ImageSizeOf(SamplingSettings settings) => model.ImageSizeOf(settings);

    public int StepsOf(SamplingSettings settings) => model.StepsOf(settings);

    public IReadOnlyList<double> StepCosts(SamplingSettings settings) => model.StepCosts(settings);

    public string NumericsClass(int batchSize)
    {
        log.BeginShard();
        return model.NumericsClass(batchSize);
    }

    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken) => model.TimeStep(batchSize, upsample, cancellationToken);

    public DrawnSample[] Draw(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken) =>
        log.Draw(model, requests, settings, onStep, cancellationToken);

    // The log draws batches again with it, and frees all models at its end.
    public void Dispose()
    {
    }
}
