using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Models;

namespace Atelier.Simulation;

/// <summary>A model that tells a log what is drawn with it.</summary>
/// <remarks>A worker gets one for every shard.</remarks>
internal sealed class LoggedModel(IImageModel model, DrawLog log) : IImageModel
{
    private bool _hasDrawn;

    public bool Inpaints => model.Inpaints;

    public bool HasClassifier => model.HasClassifier;

    public string Device => model.Device;

    public int? ClassOf(string label) => model.ClassOf(label);

    public string? ProblemWithLabel(string? label) => model.ProblemWithLabel(label);

    public PixelSize ImageSizeOf(SamplingSettings settings) => model.ImageSizeOf(settings);

    public int StepsOf(SamplingSettings settings) => model.StepsOf(settings);

    public IReadOnlyList<double> StepCosts(SamplingSettings settings) => model.StepCosts(settings);

    public string NumericsClass(int batchSize) => model.NumericsClass(batchSize);

    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken) => model.TimeStep(batchSize, upsample, cancellationToken);

    public DrawnSample[] Draw(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken)
    {
        var beginsShard = !_hasDrawn;
        _hasDrawn = true;
        return log.Draw(model, beginsShard, requests, settings, onStep, cancellationToken);
    }

    // The log draws batches again with it, and frees all models at its end.
    public void Dispose()
    {
    }
}
