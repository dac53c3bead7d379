using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Samplers;

/// <summary>How a batch is sampled; the same for all its samples.</summary>
public sealed record SamplingSettings
{
    /// <summary>Names that <see cref="Sampler"/> can have.</summary>
    public static IReadOnlyList<string> Samplers { get; } = ["ancestral", "ddim", "euler", "euler-ancestral", "plms", "dpmpp-2m", "dpmpp-2m-karras"];

    /// <summary>One of <see cref="Samplers"/>.</summary>
    public required string Sampler { get; init; }

    /// <summary>Denoising steps, 1 to T.</summary>
    public required int Steps { get; init; }

    /// <summary>DDIM's eta, 0 to 1.</summary>
    public double Eta { get; init; }

    /// <summary>How classifier-free guidance is applied.</summary>
    public GuidanceSettings Guidance { get; init; } = new();

    /// <summary>s of classifier guidance of samples with a label, where the model has a classifier; 0 is none.</summary>
    public double ClassifierScale { get; init; }

    /// <summary>Whether to enlarge the images, where the model has an upsampler.</summary>
    public bool Upsample { get; init; }

    /// <summary>Timesteps that the upsampler visits, see <see cref="TimestepRespacing.Choose"/>; null is the model's own choice.</summary>
    public string? UpsamplerRespacing { get; init; }

    /// <summary>Width of the images in pixels; null is the model's own.</summary>
    public int? Width { get; init; }

    /// <summary>Height of the images in pixels; null is the model's own.</summary>
    public int? Height { get; init; }

    /// <summary>Samples that go through the network together; smaller batches are padded to it, since results depend on it.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The sampler.</summary>
    /// <param name="warmsUp">Whether plms begins with Runge-Kutta steps.</param>
    /// <exception cref="ArgumentException">Unknown name.</exception>
    public ISampler CreateSampler(bool warmsUp = true) => Sampler switch
    {
        "ancestral" => new AncestralSampler(),
        "ddim" => new DdimSampler(Eta),
        "euler" => new DdimSampler(0, LevelSpacing.Euler),
        "euler-ancestral" => new DdimSampler(1, LevelSpacing.Euler),
        "plms" => warmsUp ? new PlmsSampler() : new PndmSampler(),
        "dpmpp-2m" => new DpmSolverSampler(),
        "dpmpp-2m-karras" => new DpmSolverSampler(LevelSpacing.Karras),
        _ => throw new ArgumentException($"unknown sampler '{Sampler}'; known: {string.Join(", ", Samplers)}"),
    };
}
