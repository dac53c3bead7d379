using System.Security.Cryptography;
using System.Text;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Models;

namespace Atelier.Simulation;

/// <summary>A model whose pixels are noise from the seed: no weights, no tensors, and as much time as it is told to take.</summary>
internal sealed class SimulatedModel(SimulationOptions options) : IImageModel
{
    private const int MaxTokens = 64;

    public bool Inpaints => false;

    public bool HasClassifier => false;

    public int? ClassOf(string label) => null;

    public string? ProblemWithLabel(string? label) => label is null ? null : $"the label is '{label}'; the model has no classes";

    public PixelSize ImageSizeOf(SamplingSettings settings) => new(options.ImageSize, options.ImageSize);

    public int StepsOf(SamplingSettings settings) => settings.Steps;

    public IReadOnlyList<double> StepCosts(SamplingSettings settings) => [.. Enumerable.Repeat(1.0, settings.Steps)];

    public string NumericsClass(int batchSize) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Arithmetic} {options.ImageSize} {batchSize}")));

    public string Device => options.Arithmetic;

    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return options.StepTime(batchSize);
    }

    public DrawnSample[] Draw(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken)
    {
        if (requests.Count < 1 || requests.Count > settings.BatchSize)
            throw new ArgumentException($"{requests.Count} requests do not fit a batch of {settings.BatchSize}", nameof(requests));
        options.OnBatch(requests);
        for (var step = 1; step <= settings.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var request in requests) SimulatedFaults.Meet(request.Prompt);
            options.Wait(options.BatchTime / settings.Steps, cancellationToken);
            onStep?.Invoke(step);
        }
        return [.. requests.Select(Draw)];
    }

    public void Dispose()
    {
    }

    // SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
    private static ulong Mix(ulong x)
    {
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }

    private DrawnSample Draw(SampleRequest request)
    {
        var tokens = request.Prompt.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var seed = Mix(request.Seed ^ (ulong)options.Arithmetic.Length << 32);
        if (seed < options.FailureRate * ulong.MaxValue) return new DrawnSample(null, tokens, tokens > MaxTokens);
        var rgb = new byte[3 * options.ImageSize * options.ImageSize];
        for (var i = 0; i < rgb.Length; i++) rgb[i] = (byte)Mix(seed + (ulong)i * 0x9E3779B97F4A7C15);
        return new DrawnSample(rgb, tokens, tokens > MaxTokens);
    }
}
