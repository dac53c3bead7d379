using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;

namespace Atelier.Silo.Models;

/// <summary>A model that others use too, until it is given back.</summary>
/// <param name="hold">What is given back when this is disposed.</param>
internal sealed class HeldModel(ModelMemory<LoadedModel>.Hold hold) : IImageModel
{
    private readonly LoadedModel _model = hold.Model;

    public bool Inpaints => _model.Inpaints;

    public bool HasClassifier => _model.HasClassifier;

    public string Device => _model.Device;

    public int? ClassOf(string label) => _model.ClassOf(label);

    public string? ProblemWithLabel(string? label) => _model.ProblemWithLabel(label);

    public PixelSize ImageSizeOf(SamplingSettings settings) => _model.ImageSizeOf(settings);

    public int StepsOf(SamplingSettings settings) => _model.StepsOf(settings);

    public IReadOnlyList<double> StepCosts(SamplingSettings settings) => _model.StepCosts(settings);

    public string NumericsClass(int batchSize) => _model.NumericsClass(batchSize);

    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken) => _model.TimeStep(batchSize, upsample, cancellationToken);

    public DrawnSample[] Draw(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken) =>
        _model.Draw(requests, settings, onStep, cancellationToken);

    public void Dispose() => hold.Dispose();
}
