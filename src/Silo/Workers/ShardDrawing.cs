using System.Threading.Channels;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Noise;
using Atelier.Diffusion.Pipelines;
using Atelier.Silo.Models;

namespace Atelier.Silo.Workers;

/// <summary>
/// One attempt at one shard. Two stages overlap through a bounded queue: the device thread denoises batch by batch while finished batches are
/// encoded and written.
/// </summary>
internal sealed class ShardDrawing(IStore store, string jobId, JobRecord record, JobPlan plan, LoadedModel model, DeviceThread device)
{
    private readonly JobSpec _spec = record.Spec;
    private double _drawn;

    /// <summary>Samples drawn so far; a batch half denoised counts half.</summary>
    public double Drawn => Volatile.Read(ref _drawn);

    /// <summary>Draws and writes the shard as a new attempt; nothing is committed.</summary>
    public async Task<ShardStats> RunAsync(int shard, string numericsClass, CancellationToken cancellationToken)
    {
        var samples = await LoadSamplesAsync(shard, cancellationToken);
        var attempt = new ShardAttempt
        {
            Job = jobId,
            Incarnation = record.Incarnation,
            Spec = _spec,
            Plan = plan,
            Shard = shard,
            Attempt = Guid.NewGuid(),
            NumericsClass = numericsClass,
        };
        await using var writer = await ShardWriter.OpenAsync(store, attempt, cancellationToken);

        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var finished = Channel.CreateBounded<SampleResult[]>(2);
        var drawing = DrawAsync(samples, finished.Writer, failed.Token);
        try
        {
            await foreach (var batch in finished.Reader.ReadAllAsync(failed.Token))
                foreach (var sample in batch) await writer.AddAsync(sample, failed.Token);
        }
        catch
        {
            await failed.CancelAsync();
            await drawing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await drawing;
        return await writer.CompleteAsync(cancellationToken);
    }

    private async Task DrawAsync(List<Sample> samples, ChannelWriter<SampleResult[]> finished, CancellationToken cancellationToken)
    {
        try
        {
            var settings = _spec.ToSamplingSettings(plan.BatchSize);
            var (size, steps) = (model.Pipeline.ImageSizeOf(settings), model.Pipeline.StepsOf(settings));
            var done = 0;
            foreach (var window in BatchPlanning.Windows(samples, plan.BatchSize, Kind))
            {
                var results = new List<SampleResult>();
                var isMixed = window.Any(batch => Kind(batch[0]) != Kind(window[0][0]));
                foreach (var batch in window)
                {
                    if (batch[0].Error is null)
                    {
                        var requests = await LoadInputsAsync(batch, size, cancellationToken);
                        var drawn = await device.RunAsync(() => model.Pipeline.Draw(
                            requests, settings, step => Volatile.Write(ref _drawn, done + (double)batch.Length * step / steps), cancellationToken));
                        results.AddRange(batch.Zip(drawn, (sample, image) => Result(sample, image, size)));
                    }
                    else
                    {
                        results.AddRange(batch.Select(sample => Result(sample, new DrawnSample(null, 0, false), size)));
                    }
                    done += batch.Length;
                    if (isMixed) continue;
                    await finished.WriteAsync([.. results], cancellationToken);
                    results.Clear();
                }
                // Batches of different kinds are in order only when the window is done.
                if (isMixed) await finished.WriteAsync([.. results.OrderBy(result => result.Sample)], cancellationToken);
            }
            finished.Complete();
        }
        catch (Exception error)
        {
            finished.Complete(error);
            throw;
        }
    }

    private static (bool Failed, (bool, bool)) Kind(Sample sample) => (sample.Error is not null, sample.Request.Kind);

    private SampleResult Result(Sample sample, DrawnSample drawn, int size) => new()
    {
        Sample = sample.Number,
        Row = sample.Row,
        ImageOrdinal = sample.Image,
        Seed = sample.Request.Seed,
        GuidanceScale = sample.Request.GuidanceScale,
        NegativePrompt = sample.Request.NegativePrompt,
        Class = sample.Request.Label,
        ClassifierScale = sample.Request.Label is null || model.Folder.Config.Classifier is null ? 0 : _spec.ClassifierScale,
        Tokens = drawn.TokenCount,
        Truncated = drawn.Truncated,
        Image = drawn.Rgb is null ? null : new RgbImage(size, size, drawn.Rgb),
        ErrorCode = drawn.Rgb is not null ? null : sample.Error?.Code ?? "non_finite",
        ErrorMessage = drawn.Rgb is not null ? null : sample.Error?.Message ?? "the network's output was not finite",
    };

    // The requests of a batch with what is known of their images; a batch at a time, as a shard may have more of them than fit into memory.
    private async Task<SampleRequest[]> LoadInputsAsync(Sample[] batch, int size, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, KnownImage>();
        foreach (var sha256 in batch.Select(sample => sample.Row.InputSha256).OfType<string>().Distinct())
        {
            var input = await JobInputs.ReadAsync(store, jobId, sha256, cancellationToken);
            if (input.Size != size)
                throw new InvalidDataException($"{JobPaths.Input(jobId, sha256)} has {input.Size}x{input.Size} pixels; the job's images have {size}x{size}");
            known.Add(sha256, new KnownImage(input.Rgb, input.IsKept));
        }
        return Array.ConvertAll(batch, sample => sample.Row.InputSha256 is { } sha256 ? sample.Request with { Known = known[sha256] } : sample.Request);
    }

    private async Task<List<Sample>> LoadSamplesAsync(int shard, CancellationToken cancellationToken)
    {
        var samples = new List<Sample>(plan.SamplesIn(shard));
        IReadOnlyList<PromptRow> rows = [];
        var loaded = -1L;
        var first = plan.FirstSample(shard);
        for (var number = first; number < first + plan.SamplesIn(shard); number++)
        {
            var (row, image) = (number / plan.ImagesPerPrompt, (int)(number % plan.ImagesPerPrompt));
            if (row / plan.ChunkRows != loaded)
            {
                loaded = row / plan.ChunkRows;
                rows = await JobFiles.ReadPromptsAsync(store, jobId, (int)loaded, plan.ChunkRows, cancellationToken)
                    ?? throw new FileNotFoundException($"{JobPaths.Prompts(jobId, (int)loaded)} is missing");
            }
            var prompt = rows[(int)(row % plan.ChunkRows)];
            samples.Add(new Sample(number, prompt, image, new SampleRequest(
                prompt.Prompt,
                SampleSeed.Of(_spec.Seed, row, prompt.Seed, image),
                prompt.GuidanceScale ?? _spec.GuidanceScale,
                prompt.NegativePrompt ?? _spec.NegativePrompt)
            { Label = prompt.Label is null ? null : model.Folder.Classes?.Find(prompt.Label) },
                Problem(prompt)));
        }
        return samples;
    }

    private (string Code, string Message)? Problem(PromptRow row) =>
        model.Folder.ProblemWithLabel(row.Label) is { } label ? ("bad_label", label)
        : row.InputSha256 is not null && !model.Folder.Config.Inpaints ? ("bad_input", "there is an image to inpaint; the model draws whole images only")
        : null;

    private sealed record Sample(long Number, PromptRow Row, int Image, SampleRequest Request, (string Code, string Message)? Error);
}
