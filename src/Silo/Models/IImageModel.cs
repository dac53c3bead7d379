using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;

namespace Atelier.Silo.Models;

/// <summary>
/// A model that is ready to draw on one device: where workers end and tensors begin. May be used from several threads at once. Whoever got it disposes it when
/// it is of no use any more: until then it is never evicted from memory, after that it must not be used.
/// </summary>
internal interface IImageModel : IDisposable
{
    /// <summary>Whether the model keeps known parts of images.</summary>
    bool Inpaints { get; }

    /// <summary>Whether a classifier guides samples that have a label.</summary>
    bool HasClassifier { get; }

    /// <summary>Index of the class that a label names; null where it names none.</summary>
    int? ClassOf(string label);

    /// <summary>What is wrong with a row's label, which is null where it has none, in words; null where nothing is.</summary>
    string? ProblemWithLabel(string? label);

    /// <summary>Size of the images that settings make.</summary>
    PixelSize ImageSizeOf(SamplingSettings settings);

    /// <summary>Steps that a batch takes.</summary>
    /// <exception cref="ArgumentException">Settings that the model does not allow.</exception>
    int StepsOf(SamplingSettings settings);

    /// <summary>
    /// What the steps of a batch cost, one number each, in any unit: an estimate by which progress is counted, since a step of the upsampler takes several
    /// times as long as one of the base network.
    /// </summary>
    /// <exception cref="ArgumentException">Settings that the model does not allow.</exception>
    IReadOnlyList<double> StepCosts(SamplingSettings settings);

    /// <summary>Lower-case hex SHA-256 that names the arithmetic of device, precision and codec for batches of a size. Computes on the calling thread.</summary>
    string NumericsClass(int batchSize);

    /// <summary>Make of the device and precision, such as <c>NVIDIA H200 fp16</c>: what is measured on one holds for all that say the same.</summary>
    string Device { get; }

    /// <summary>How long a guided step of a full batch takes; see <see cref="SamplingPipeline.TimeStep"/>. Computes on the calling thread.</summary>
    TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken);

    /// <summary>Draws one batch on the calling thread; see <see cref="SamplingPipeline.Draw"/>. What it draws of a request depends on no other.</summary>
    DrawnSample[] Draw(IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken);
}
