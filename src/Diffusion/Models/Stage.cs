using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Models;

/// <summary>One denoising network of a model, and what a run of it needs to know. GLIDE has two, of which the second enlarges what the first has drawn.</summary>
public sealed record Stage : IDisposable
{
    /// <summary>The network.</summary>
    public required INetwork Network { get; init; }

    /// <summary>Its noise levels.</summary>
    public required ISchedule Schedule { get; init; }

    /// <summary>The same where it depends on the size of the images; null where it does not.</summary>
    public Func<PixelSize, ISchedule>? ScheduleOf { get; init; }

    /// <summary>What its output stands for.</summary>
    public required Prediction Prediction { get; init; }

    /// <summary>Where the variance of an ancestral step comes from.</summary>
    /// <value>Default that of the posterior.</value>
    public VarianceType Variance { get; init; } = VarianceType.FixedSmall;

    /// <summary>Whether x_0 lies in [-1, 1], as pixels do and latents do not: only then can it be clipped.</summary>
    public bool IsBounded { get; init; }

    /// <summary>What makes conditioning of prompts; null where the network is told no text.</summary>
    public ITextEncoder? Text { get; init; }

    /// <summary>Whether guidance is classifier-free: a second pass a step, without the prompt.</summary>
    public bool IsGuided { get; init; }

    /// <summary>Whether the network is told a class.</summary>
    public bool TakesClass { get; init; }

    /// <summary>Whether the network sees a known image and its mask.</summary>
    public bool Inpaints { get; init; }

    /// <summary>Whether plms begins with Runge-Kutta steps, as GLIDE's users run it, or without them, as Stable Diffusion's do.</summary>
    /// <value>Default true.</value>
    public bool WarmsUp { get; init; } = true;

    /// <summary>How it enlarges; null where it draws.</summary>
    public Enlargement? Enlargement { get; init; }

    /// <summary>What a step costs, in any unit that is the same for all stages of the model.</summary>
    public double StepCost { get; init; } = 1;

    /// <summary>How it is run: the settings say how to draw, and not how to enlarge.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="size">Size of the images that it draws.</param>
    /// <exception cref="ArgumentException">Settings that the stage does not allow.</exception>
    public (ISampler Sampler, LevelRun Run) RunOf(SamplingSettings settings, PixelSize size)
    {
        if (Enlargement is { } enlargement) return (new DdimSampler(), enlargement.Run(settings.UpsamplerRespacing));
        var sampler = settings.CreateSampler(WarmsUp);
        return (sampler, (ScheduleOf?.Invoke(size) ?? Schedule).Run(settings.Steps, sampler.Spacing));
    }

    /// <summary>Frees network and encoder.</summary>
    public void Dispose()
    {
        Network.Dispose();
        Text?.Dispose();
    }
}

/// <summary>How a stage enlarges the images of the stage before (Nichol et al. 2021, arXiv:2112.10741, section 4.2).</summary>
/// <param name="Size">Width and height of the large images.</param>
/// <param name="Schedule">The network's timesteps.</param>
/// <param name="Respacing">Which of them it visits, see <see cref="TimestepRespacing.Choose"/>.</param>
/// <param name="Temperature">Factor of the noise that it starts from.</param>
public sealed record Enlargement(int Size, TimestepSchedule Schedule, string Respacing, double Temperature)
{
    /// <summary>A run.</summary>
    /// <param name="respacing">Another choice of timesteps; null for its own.</param>
    /// <exception cref="ArgumentException">Impossible respacing.</exception>
    public LevelRun Run(string? respacing) => Schedule.Run(TimestepRespacing.Choose(respacing ?? Respacing, Schedule.Timesteps));
}
