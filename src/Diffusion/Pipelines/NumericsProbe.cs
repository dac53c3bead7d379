using System.Diagnostics;
using System.Security.Cryptography;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Pipelines;

/// <summary>What a model makes of a fixed batch, and how fast.</summary>
/// <param name="model">The model.</param>
/// <param name="pipeline">Its pipeline.</param>
internal sealed class NumericsProbe(Model model, SamplingPipeline pipeline)
{
    private const int TimedSteps = 3;

    /// <summary>See <see cref="SamplingPipeline.ProbeNumerics"/>.</summary>
    public string Hash(int batchSize)
    {
        using var scope = NewDisposeScope();
        // What each stage makes: an upsampler sees the small images rounded to 256 levels, which hides their last bits.
        var stages = pipeline.Denoise(Requests(batchSize), Settings(batchSize, steps: 2, upsamplerSteps: 1), null, CancellationToken.None, out _);
        return Convert.ToHexStringLower(SHA256.HashData([.. stages.SelectMany(x => x.contiguous().cpu().bytes.ToArray()), .. model.Codec is PixelCodec ? [] : model.Codec.Decode(stages[^1]).contiguous().cpu().bytes]));
    }

    /// <summary>See <see cref="SamplingPipeline.TimeStep"/>.</summary>
    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var settings = Settings(batchSize, 1 + TimedSteps, 1 + TimedSteps) with { Upsample = upsample };
        var first = pipeline.StepsOf(settings with { Upsample = false });
        var (times, begun) = (new List<TimeSpan>(), Stopwatch.GetTimestamp());
        pipeline.Denoise(Requests(batchSize), settings, Note, cancellationToken, out _);
        return Median(times.GetRange(0, first)) + (times.Count > first ? Median(times.GetRange(first, times.Count - first)) : TimeSpan.Zero);

        void Note(int step)
        {
            // A CUDA device works behind the calls that give it work.
            if (model.Device.type == TorchSharp.DeviceType.CUDA) cuda.synchronize(model.Device);
            times.Add(Stopwatch.GetElapsedTime(begun));
            begun = Stopwatch.GetTimestamp();
        }

        static TimeSpan Median(List<TimeSpan> steps) => steps.Skip(steps.Count > 1 ? 1 : 0).Order().ElementAt((steps.Count - 1) / 2);
    }

    private List<SampleRequest> Requests(int batchSize)
    {
        int? label = model.About.Classes is null ? null : 0;
        return [.. Enumerable.Range(0, batchSize).Select(i => new SampleRequest($"a numerics probe {i}", (ulong)i, 3) { Label = label })];
    }

    private SamplingSettings Settings(int batchSize, int steps, int upsamplerSteps) => new()
    {
        Sampler = model.About.Samplers.Contains("ddim") ? "ddim" : model.About.Samplers[0],
        Steps = Math.Min(steps, model.About.Timesteps),
        BatchSize = batchSize,
        ClassifierScale = 1,
        Upsample = true,
        UpsamplerRespacing = $"{Math.Min(upsamplerSteps, model.Stages[^1].Enlargement?.Schedule.Timesteps ?? 1)}",
    };
}
