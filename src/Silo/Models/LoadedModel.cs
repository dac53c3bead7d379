using System.Security.Cryptography;
using System.Text;
using Atelier.Dataset.Images;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;

namespace Atelier.Silo.Models;

/// <summary>A model in memory; its weights are shared by all workers of a device. Disposing it frees them.</summary>
/// <param name="model">The model, on its device and in its precision.</param>
/// <param name="arithmetic">Kind of device and precision, such as <c>cpu fp32</c>: two of them are never one numerics class, whatever the probe says.</param>
/// <param name="device">Make of the device and precision, such as <c>NVIDIA H200 fp16</c>.</param>
internal sealed class LoadedModel(Model model, string arithmetic, string device) : IImageModel
{
    private readonly SamplingPipeline _pipeline = new(model);
    private readonly Dictionary<int, string> _numericsClasses = [];

    public bool Inpaints => model.About.Inpaints;

    public bool HasClassifier => model.About.HasClassifier;

    public int? ClassOf(string label) => model.About.Classes?.Find(label);

    public string? ProblemWithLabel(string? label) => model.About.ProblemWithLabel(label);

    public PixelSize ImageSizeOf(SamplingSettings settings) => _pipeline.ImageSizeOf(settings);

    public int StepsOf(SamplingSettings settings) => _pipeline.StepsOf(settings);

    public IReadOnlyList<double> StepCosts(SamplingSettings settings) => _pipeline.StepCosts(settings);

    // The workers of a device ask at the same time: one of them computes, and after a failure the next tries again.
    public string NumericsClass(int batchSize)
    {
        lock (_numericsClasses)
        {
            if (_numericsClasses.TryGetValue(batchSize, out var known)) return known;
            return _numericsClasses[batchSize] =
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_pipeline.ProbeNumerics(batchSize)} {arithmetic} {ImageEncoder.Codec}")));
        }
    }

    public string Device => device;

    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken) => _pipeline.TimeStep(batchSize, upsample, cancellationToken);

    public DrawnSample[] Draw(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken) =>
        _pipeline.Draw(requests, settings, onStep, cancellationToken);

    public void Dispose() => model.Dispose();
}
