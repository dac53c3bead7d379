namespace Atelier.Bench.Sample;

/// <summary>What <c>sample</c> measures and how.</summary>
internal sealed record SampleOptions
{
    /// <summary>File with a GLIDE configuration.</summary>
    public required string Config { get; init; }

    /// <summary>Images of a batch, N; guidance doubles it in the sampling loop.</summary>
    public required int Batch { get; init; }

    /// <summary>Steps of the sampling loop; null leaves it to the configuration's timestep_respacing.</summary>
    public int? Steps { get; init; }

    /// <summary>Name of the sampler.</summary>
    public required string Sampler { get; init; }

    /// <summary>Threads within operations, of each worker.</summary>
    public required int Threads { get; init; }

    /// <summary>Workers that draw at once, sharing the network.</summary>
    public required int Workers { get; init; }

    /// <summary>s of classifier-free guidance; 1 is none.</summary>
    public required double Guidance { get; init; }

    /// <summary><c>fp32</c>, <c>fp16</c> or <c>bf16</c>; null is what the configuration says on a GPU, and fp32 elsewhere.</summary>
    public string? Precision { get; init; }

    /// <summary><c>cpu</c> or <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Rounds of calls.</summary>
    public required int Calls { get; init; }

    /// <summary>Rounds that draw a whole batch too.</summary>
    public required int Loops { get; init; }

    /// <summary>Seed of the weights and of all inputs.</summary>
    public required int Seed { get; init; }

    /// <summary>An ONNX file of the same network, to run in turn; null for none.</summary>
    public string? Onnx { get; init; }

    /// <summary>Where to write that file; null for nowhere.</summary>
    public string? ExportOnnx { get; init; }

    /// <summary>Where to write the figures as JSON; null for nowhere.</summary>
    public string? Json { get; init; }
}
