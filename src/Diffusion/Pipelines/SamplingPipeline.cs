using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Pipelines;

/// <summary>
/// Prompts or labels in, pixels out: the stages of a model one after another, the first one guided, and then its codec. A sample's pixels are a function
/// of the model, the settings, its own request and the machine's arithmetic; not of its neighbours in the batch. One pipeline may be used from
/// several threads at once.
/// </summary>
/// <param name="model">The model.</param>
public sealed class SamplingPipeline(Model model)
{
    /// <summary>Size of the images that settings make.</summary>
    /// <param name="settings">Whether to upsample, and the size.</param>
    public PixelSize ImageSizeOf(SamplingSettings settings) => model.About.SizeOf(settings.Upsample, settings.Width, settings.Height);

    /// <summary>Steps that a batch takes, those of the upsampler included.</summary>
    /// <param name="settings">Sampler, steps and whether to upsample.</param>
    /// <exception cref="ArgumentException">Settings that the model does not allow.</exception>
    public int StepsOf(SamplingSettings settings) => StagesOf(settings).Sum(stage => StepsOf(stage, settings));

    /// <summary>What each of these steps costs, in any unit: an estimate by which progress is counted, since stages differ.</summary>
    /// <param name="settings">Sampler, steps and whether to upsample.</param>
    /// <exception cref="ArgumentException">Settings that the model does not allow.</exception>
    public IReadOnlyList<double> StepCosts(SamplingSettings settings) =>
        [.. StagesOf(settings).SelectMany(stage => Enumerable.Repeat(stage.StepCost, StepsOf(stage, settings)))];

    /// <summary>Draws one batch on the calling thread.</summary>
    /// <param name="requests">1 to BatchSize requests, all of one kind.</param>
    /// <param name="settings">Sampler, steps, guidance and the fixed batch size.</param>
    /// <param name="onStep">Told how many steps are done, after each.</param>
    /// <param name="cancellationToken">Honoured before every step.</param>
    /// <returns>One result a request, in order.</returns>
    /// <exception cref="ArgumentException">Settings or requests that the model does not allow, or a wrong number of requests.</exception>
    public DrawnSample[] Draw(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep = null, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var x = model.Codec.Decode(Denoise(requests, settings, onStep, cancellationToken, out var known)[^1]);
        // To the last bit, whatever sampler, classifier and codec leave of it.
        if (known is not null) x = known.Exactly.KeepKnown(x);
        var finite = x.isfinite().flatten(start_dim: 1).all(1).cpu().data<bool>().ToArray();
        var pixels = (x.Plus(S(1)) * S(127.5)).round().clamp(S(0), S(255)).to_type(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().cpu();
        var bytes = pixels.data<byte>().ToArray();
        var length = bytes.Length / settings.BatchSize;
        return [.. requests.Select((request, i) =>
        {
            var prompt = model.Stages[0].Text?.Measure(request.Prompt) ?? default;
            return new DrawnSample(finite[i] ? bytes[(i * length)..((i + 1) * length)] : null, prompt.Tokens, prompt.IsTruncated);
        })];
    }

    /// <summary>
    /// A name for this machine's arithmetic: SHA-256 of what the model makes of a fixed batch of this shape. Workers that agree on it make the
    /// same pixels.
    /// </summary>
    /// <param name="batchSize">Batch size of the job.</param>
    public string ProbeNumerics(int batchSize) => new NumericsProbe(model, this).Hash(batchSize);

    /// <summary>
    /// How long a guided step of a full batch takes here: the median of a few of the first stage, and where images are enlarged, as many of the
    /// upsampler, added. The first step of each network, in which libraries set themselves up, does not count.
    /// </summary>
    /// <param name="batchSize">Samples of the batch.</param>
    /// <param name="upsample">Whether images are enlarged, where the model has an upsampler.</param>
    /// <param name="cancellationToken">Honoured before every step.</param>
    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken = default) =>
        new NumericsProbe(model, this).TimeStep(batchSize, upsample, cancellationToken);

    /// <summary>What each stage makes of a batch, which is filled up to its fixed size.</summary>
    internal List<Tensor> Denoise(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken, out KnownPixels? known)
    {
        var n = settings.BatchSize;
        if (requests.Count < 1 || requests.Count > n) throw new ArgumentException($"{requests.Count} requests do not fit a batch of {n}", nameof(requests));
        if (requests.Any(request => request.Kind != requests[0].Kind))
            throw new ArgumentException("the requests are of different kinds, which take different passes a step; a batch is of one kind", nameof(requests));
        settings.Guidance.Validate();
        if (settings.Guidance.ThresholdPercentile < 1 && !model.About.IsBounded)
            throw new ArgumentException($"dynamic thresholding is for images in [-1, 1]; models of family {model.About.Family} denoise latents");
        if (model.About.ProblemWithSize(settings.Width, settings.Height) is { } problem) throw new ArgumentException(problem);
        if (model.Stages[0].Text is not null && !model.About.IsGuided && (settings.Guidance != new GuidanceSettings() || requests.Any(request => request.NegativePrompt.Length > 0)))
            throw new ArgumentException($"models of family {model.About.Family} are told the guidance scale and not guided; they allow no negative prompt and no other way of guidance");
        using var inference = inference_mode();
        SampleRequest[] padded =
            [.. requests, .. Enumerable.Repeat(requests[0] with { Prompt = "", NegativePrompt = "", Seed = 0, Known = null }, n - requests.Count)];
        var (labels, done) = (Labels(padded), 0);
        known = Known(padded, settings);

        var drawn = new List<Tensor>();
        foreach (var stage in StagesOf(settings))
        {
            var x = stage.Enlargement is null
                ? DrawFirst(stage, padded, labels, known, settings, Advance, cancellationToken)
                : Enlarge(stage, drawn[^1], padded, labels, known, settings, Advance, cancellationToken);
            drawn.Add(x);
        }
        return drawn;

        void Advance() => onStep?.Invoke(++done);
    }

    private IEnumerable<Stage> StagesOf(SamplingSettings settings) => settings.Upsample ? model.Stages : model.Stages.Take(1);

    private int StepsOf(Stage stage, SamplingSettings settings)
    {
        var (sampler, run) = stage.RunOf(settings, model.About.SizeOf(upsample: false, settings.Width, settings.Height));
        return sampler.StepsIn(run);
    }

    private Tensor DrawFirst(
        Stage stage, SampleRequest[] requests, Tensor? labels, KnownPixels? known, SamplingSettings settings, Action onStep, CancellationToken cancellationToken)
    {
        var (size, factor) = (model.About.SizeOf(upsample: false, settings.Width, settings.Height), model.Codec.Factor);
        // What is known is put back into pixels; of latents it is the network's to keep it, and the pixels are put back at the end.
        var isLatent = model.Codec is not PixelCodec;
        var kept = isLatent ? null : known?.ForBase(size.Width);
        var percentile = settings.Guidance.ThresholdPercentile;
        var noise = new SampleNoise(Array.ConvertAll(requests, request => request.Seed), 0, (model.Codec.Channels, size.Height / factor, size.Width / factor), model.Device);
        using var given = Given(stage, requests, labels, settings);
        using var network = new ConditionalNetwork(stage.Network, given, isLatent ? known?.ForLatents(model.Codec) : Seen(stage, kept));
        using var guided = stage.IsGuided
            ? new ClassifierFreeGuidance(network, Array.ConvertAll(requests, request => request.GuidanceScale), stage.Prediction, stage.Schedule.Duration, settings.Guidance) { OnePassAtZero = true }
            : null;
        IDenoiser denoiser = guided is null ? network : guided;
        if (model.Classifier is { } classifier && labels is not null && settings.ClassifierScale != 0)
            denoiser = new ClassifierGuidance(denoiser, classifier, labels, full(1, 1, 1, 1, S((float)settings.ClassifierScale)).to(model.Device));
        var x = Run(stage, denoiser, percentile < 1 || kept is not null ? Denoised : null, noise.At, settings, onStep, cancellationToken);
        return kept is null ? x : kept.KeepKnown(x);

        // Thresholding scales the whole image, so what is known is put back after it.
        Tensor Denoised(Tensor xStart)
        {
            if (percentile < 1) xStart = DynamicThresholding.Apply(xStart, percentile);
            return kept is null ? xStart : kept.KeepKnown(xStart);
        }
    }

    private Conditioning? Given(Stage stage, SampleRequest[] requests, Tensor? labels, SamplingSettings settings)
    {
        if (stage.Text is not { } text) return stage.TakesClass ? new Conditioning(labels!.alias()) : null;
        if (stage.IsGuided) return PromptEncodings.EncodeBoth(text, requests, settings.Guidance);
        return PromptEncodings.Encode(text, requests) with { Guidance = tensor(Array.ConvertAll(requests, request => (float)request.GuidanceScale)).to(model.Device) };
    }

    private Tensor Enlarge(
        Stage stage, Tensor small, SampleRequest[] requests, Tensor? labels, KnownPixels? known, SamplingSettings settings, Action onStep, CancellationToken cancellationToken)
    {
        var (size, temperature) = (stage.Enlargement!.Size, stage.Enlargement.Temperature);
        var kept = known?.ForUpsampler(model.About.ImageSize);
        var images = Seen(stage, kept) with { LowRes = ConcatenatedImages.Quantize(small) };
        var noise = new SampleNoise(Array.ConvertAll(requests, request => request.Seed), 1, (model.Codec.Channels, size, size), model.Device);
        using var given = Given(stage, requests, labels, settings);
        using var network = new ConditionalNetwork(stage.Network, given, images);
        return Run(stage, network, kept is null ? null : kept.KeepKnown, step => step < 0 ? noise.At(step) * S(temperature) : noise.At(step), settings, onStep, cancellationToken);
    }

    private Tensor Run(
        Stage stage, IDenoiser denoiser, Func<Tensor, Tensor>? denoised, Func<int, Tensor> noise, SamplingSettings settings, Action onStep, CancellationToken cancellationToken)
    {
        var process = new DenoisingProcess(denoiser, stage.Prediction, stage.Variance) { ClipDenoised = stage.IsBounded, Denoised = denoised };
        var (sampler, run) = stage.RunOf(settings, model.About.SizeOf(upsample: false, settings.Width, settings.Height));
        Tensor? x = null;
        foreach (var step in sampler.Run(process, run, Noise, cancellationToken))
        {
            x?.Dispose();
            step.PredictedXStart.Dispose();
            x = step.Sample;
            onStep();
        }
        return x!;

        Tensor Noise(int step) => step < 0 && run.InitialScale != 1 ? noise(step) * S(run.InitialScale) : noise(step);
    }

    // A model that inpaints draws a whole image where nothing is known of it; and as one that does, so that neighbours do not decide.
    private KnownPixels? Known(SampleRequest[] requests, SamplingSettings settings)
    {
        if (!model.About.Inpaints && Array.Exists(requests, request => request.Known is not null))
            throw new ArgumentException("a request has a known image; the model does not inpaint");
        return model.Stages.Any(stage => stage.Inpaints) ? new KnownPixels(Array.ConvertAll(requests, request => request.Known), ImageSizeOf(settings).Width, model.Device) : null;
    }

    private static ConcatenatedImages Seen(Stage stage, ConcatenatedImages? known) => known is not null && stage.Inpaints ? known : new ConcatenatedImages();

    // [N] int64, or null where the requests have none.
    private Tensor? Labels(SampleRequest[] requests)
    {
        if (requests[0].Label is null)
            return model.About.NeedsLabel ? throw new ArgumentException($"a request has no label; the model draws classes 0 to {model.About.Classes!.Count - 1}") : null;
        var count = model.About.Classes?.Count ?? throw new ArgumentException("a request has a label; the model has no classes");
        return Array.Find(requests, request => request.Label < 0 || request.Label >= count) is { } unknown
            ? throw new ArgumentException($"a request has label {unknown.Label}; allowed: 0 to {count - 1}")
            : tensor(Array.ConvertAll(requests, request => (long)request.Label!.Value)).to(model.Device);
    }
}
