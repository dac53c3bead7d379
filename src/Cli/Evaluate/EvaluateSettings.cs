using Atelier.Diffusion.Models;

namespace Atelier.Cli.Evaluate;

/// <summary>What the command line of <c>atelier evaluate</c> asks for.</summary>
internal sealed record EvaluateSettings
{
    /// <summary>The model.</summary>
    public required ModelFolder Model { get; init; }

    /// <summary>Guidance scales to try.</summary>
    public required IReadOnlyList<double> Guidance { get; init; }

    /// <summary>Captions with one object, and as many with two, for each scale.</summary>
    public required int Samples { get; init; }

    /// <summary>Denoising steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Name of the sampler.</summary>
    public required string Sampler { get; init; }

    /// <summary>Images that go through the network together.</summary>
    public required int Batch { get; init; }

    /// <summary>Decides captions and noise.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Threads that draw batches side by side, each alone on its own.</summary>
    public required int Workers { get; init; }

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Rendered scenes of either kind on which the judge itself is judged first.</summary>
    /// <value>Default 2000.</value>
    public int JudgeScenes { get; init; } = 2000;

    /// <summary>Folder of the results.</summary>
    public required string Output { get; init; }
}
