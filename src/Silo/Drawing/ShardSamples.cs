using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Noise;
using Atelier.Diffusion.Pipelines;

namespace Atelier.Silo.Drawing;

/// <summary>Reads what is to be drawn from the store.</summary>
internal static class ShardSamples
{
    /// <summary>The samples of a shard, in order.</summary>
    public static async Task<List<ShardSample>> LoadAsync(DrawingJob job, int shard, CancellationToken cancellationToken)
    {
        var plan = job.Plan;
        var samples = new List<ShardSample>(plan.SamplesIn(shard));
        IReadOnlyList<PromptRow> rows = [];
        var loaded = -1L;
        var first = plan.FirstSample(shard);
        for (var number = first; number < first + plan.SamplesIn(shard); number++)
        {
            var (row, image) = (number / plan.ImagesPerPrompt, (int)(number % plan.ImagesPerPrompt));
            if (row / plan.ChunkRows != loaded)
            {
                loaded = row / plan.ChunkRows;
                rows = await JobFiles.ReadPromptsAsync(job.Store, job.Id, (int)loaded, plan.ChunkRows, cancellationToken)
                    ?? throw new FileNotFoundException($"{JobPaths.Prompts(job.Id, (int)loaded)} is missing");
            }
            var prompt = rows[(int)(row % plan.ChunkRows)];
            samples.Add(new ShardSample(number, prompt, image, Request(job, prompt, row, image), Problem(job, prompt)));
        }
        return samples;
    }

    /// <summary>The requests of a batch with what is known of their images; a batch at a time, as a shard may have more of them than fit into memory.</summary>
    public static async Task<SampleRequest[]> LoadInputsAsync(DrawingJob job, ShardSample[] batch, PixelSize size, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, KnownImage>();
        foreach (var sha256 in batch.Select(sample => sample.Row.InputSha256).OfType<string>().Distinct())
        {
            var input = await JobInputs.ReadAsync(job.Store, job.Id, sha256, cancellationToken);
            if (new PixelSize(input.Size, input.Size) != size)
                throw new InvalidDataException($"{JobPaths.Input(job.Id, sha256)} has {input.Size}x{input.Size} pixels; the job's images have {size}");
            known.Add(sha256, new KnownImage(input.Rgb, input.IsKept));
        }
        return Array.ConvertAll(batch, sample => sample.Row.InputSha256 is { } sha256 ? sample.Request with { Known = known[sha256] } : sample.Request);
    }

    private static SampleRequest Request(DrawingJob job, PromptRow prompt, long row, int image) => new(
        prompt.Prompt,
        SampleSeed.Of(job.Spec.Seed, row, prompt.Seed, image),
        prompt.GuidanceScale ?? job.Spec.GuidanceScale,
        prompt.NegativePrompt ?? job.Spec.NegativePrompt)
    {
        Label = prompt.Label is null ? null : job.Model.ClassOf(prompt.Label),
    };

    private static (string Code, string Message)? Problem(DrawingJob job, PromptRow row) =>
        job.Model.ProblemWithLabel(row.Label) is { } label ? ("bad_label", label)
        : row.InputSha256 is not null && !job.Model.Inpaints ? ("bad_input", "there is an image to inpaint; the model draws whole images only")
        : null;
}
