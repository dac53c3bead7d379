using System.Diagnostics;
using System.Security.Cryptography;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Tokenization;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Pipelines;

/// <summary>
/// Prompts or labels in, pixels out: the base network, guided, and then the upsampler where the model has one. A sample's pixels are a function
/// of the model, the settings, its own request and the machine's arithmetic; not of its neighbours in the batch. One pipeline may be used from
/// several threads at once.
/// </summary>
/// <param name="model">Tokenizer and configuration.</param>
/// <param name="networks">The model's networks.</param>
public sealed class SamplingPipeline(ModelFolder model, ModelNetworks networks)
{
    private const int BaseStage = 0, UpsamplerStage = 1;
    private const int TimedSteps = 3;

    /// <summary>Width and height of the images that settings make.</summary>
    /// <param name="settings">Whether to upsample.</param>
    public int ImageSizeOf(SamplingSettings settings) => settings.Upsample ? model.Config.FinalImageSize : model.Config.ImageSize;

    /// <summary>Steps that a batch takes, those of the upsampler included.</summary>
    /// <param name="settings">Sampler, steps and whether to upsample.</param>
    /// <exception cref="ArgumentException">Settings that the model does not allow.</exception>
    public int StepsOf(SamplingSettings settings) =>
        settings.CreateSampler().StepsIn(BaseProcess(settings).Schedule)
        + (settings.Upsample && model.Config.AnyUpsampler is { } upsampler ? UpsamplerProcess(upsampler, settings).Schedule.Steps : 0);

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
        var (x, _, prompts) = Denoise(requests, settings, onStep, cancellationToken);
        var finite = x.isfinite().flatten(start_dim: 1).all(1).cpu().data<bool>().ToArray();
        var pixels = (x.Plus(S(1)) * S(127.5)).round().clamp(S(0), S(255)).to_type(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().cpu();
        var bytes = pixels.data<byte>().ToArray();
        var length = bytes.Length / settings.BatchSize;
        return [.. requests.Select((_, i) => new DrawnSample(
            finite[i] ? bytes[(i * length)..((i + 1) * length)] : null, prompts?[i].TokenCount ?? 0, prompts?[i].Truncated ?? false))];
    }

    /// <summary>
    /// A name for this machine's arithmetic: SHA-256 of what the model makes of a fixed batch of this shape. Workers that agree on it make the
    /// same pixels.
    /// </summary>
    /// <param name="batchSize">Batch size of the job.</param>
    public string ProbeNumerics(int batchSize)
    {
        using var scope = NewDisposeScope();
        // The small images too: the upsampler sees them rounded to 256 levels, which hides their last bits.
        var (x, small, _) = Denoise(ProbeRequests(batchSize), ProbeSettings(batchSize, steps: 2, upsamplerSteps: 1), null, CancellationToken.None);
        return Convert.ToHexStringLower(SHA256.HashData([.. small.contiguous().cpu().bytes, .. x.contiguous().cpu().bytes]));
    }

    /// <summary>
    /// How long a guided step of a full batch takes here: the median of a few of the base network, and where images are enlarged, as many of the
    /// upsampler, added. The first step of each network, in which libraries set themselves up, does not count.
    /// </summary>
    /// <param name="batchSize">Samples of the batch.</param>
    /// <param name="upsample">Whether images are enlarged, where the model has an upsampler.</param>
    /// <param name="cancellationToken">Honoured before every step.</param>
    public TimeSpan TimeStep(int batchSize, bool upsample, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        var settings = ProbeSettings(batchSize, 1 + TimedSteps, 1 + TimedSteps) with { Upsample = upsample };
        var baseSteps = settings.CreateSampler().StepsIn(BaseProcess(settings).Schedule);
        var (times, begun) = (new List<TimeSpan>(), Stopwatch.GetTimestamp());
        Denoise(ProbeRequests(batchSize), settings, Note, cancellationToken);
        return Median(times.GetRange(0, baseSteps)) + (times.Count > baseSteps ? Median(times.GetRange(baseSteps, times.Count - baseSteps)) : TimeSpan.Zero);

        void Note(int step)
        {
            // A CUDA device works behind the calls that give it work.
            if (networks.Device.type == TorchSharp.DeviceType.CUDA) cuda.synchronize(networks.Device);
            times.Add(Stopwatch.GetElapsedTime(begun));
            begun = Stopwatch.GetTimestamp();
        }

        static TimeSpan Median(List<TimeSpan> steps) => steps.Skip(steps.Count > 1 ? 1 : 0).Order().ElementAt((steps.Count - 1) / 2);
    }

    private List<SampleRequest> ProbeRequests(int batchSize)
    {
        int? label = model.Classes is null ? null : 0;
        return [.. Enumerable.Range(0, batchSize).Select(i => new SampleRequest($"a numerics probe {i}", (ulong)i, 3) { Label = label })];
    }

    private SamplingSettings ProbeSettings(int batchSize, int steps, int upsamplerSteps) => new()
    {
        Sampler = "ddim",
        Steps = Math.Min(steps, model.Config.Diffusion.Timesteps),
        BatchSize = batchSize,
        ClassifierScale = 1,
        Upsample = true,
        UpsamplerRespacing = $"{Math.Min(upsamplerSteps, model.Config.AnyUpsampler?.Diffusion.Timesteps ?? 1)}",
    };

    private static GaussianDiffusion UpsamplerProcess(UpsamplerConfig upsampler, SamplingSettings settings) =>
        upsampler.Diffusion.Create(settings.UpsamplerRespacing ?? upsampler.Respacing);

    private GaussianDiffusion BaseProcess(SamplingSettings settings) => model.Config.Diffusion.Create($"{settings.Steps}");

    private (Tensor X, Tensor Small, TokenizedPrompt[]? Prompts) Denoise(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken)
    {
        var n = settings.BatchSize;
        if (requests.Count < 1 || requests.Count > n) throw new ArgumentException($"{requests.Count} requests do not fit a batch of {n}", nameof(requests));
        if (requests.Any(request => request.Kind != requests[0].Kind))
            throw new ArgumentException("the requests are of different kinds, which take different passes a step; a batch is of one kind", nameof(requests));
        settings.Guidance.Validate();
        using var inference = inference_mode();
        SampleRequest[] padded =
            [.. requests, .. Enumerable.Repeat(requests[0] with { Prompt = "", NegativePrompt = "", Seed = 0, Known = null }, n - requests.Count)];
        var labels = Labels(padded);
        var known = Known(padded, settings);
        var done = 0;

        var x = DrawBase(padded, labels, known, settings, Advance, cancellationToken, out var prompts);
        if (!settings.Upsample || model.Config.AnyUpsampler is not { } upsampler) return (Keep(x), x, prompts);

        var size = upsampler.ImageSize;
        var kept = known?.ForUpsampler(model.Config.ImageSize);
        var images = Seen(networks.Upsampler!, kept) with { LowRes = ConcatenatedImages.Quantize(x) };
        var noise = new SampleNoise(Array.ConvertAll(padded, request => request.Seed), UpsamplerStage, size, networks.Device);
        Tensor Noise(int step) => step < 0 ? noise.At(step) * S(upsampler.Temperature) : noise.At(step);
        if (networks.Upsampler is Text2ImUNet text)
        {
            using var encoded = Encode(text, Array.ConvertAll(padded, request => Tokenize(request.Prompt, text)));
            using var conditional = new TextConditional(text, encoded, images);
            return (Enlarge(conditional), x, prompts);
        }
        var network = (UNetModel)networks.Upsampler!;
        return (Enlarge(new ClassConditional(network, network.Config.NumClasses is null ? null : labels, images)), x, prompts);

        Tensor Enlarge(IDenoiser denoiser)
        {
            var process = new DenoisingProcess(UpsamplerProcess(upsampler, settings), denoiser) { Denoised = kept is null ? null : kept.KeepKnown };
            return Keep(Run(new DdimSampler(), process, Noise, Advance, cancellationToken));
        }

        // To the last bit, whatever the sampler and the classifier leave of it.
        Tensor Keep(Tensor image) => known is null ? image : known.Exactly.KeepKnown(image);

        void Advance() => onStep?.Invoke(++done);
    }

    private Tensor DrawBase(
        SampleRequest[] requests, Tensor? labels, KnownPixels? known, SamplingSettings settings, Action onStep, CancellationToken cancellationToken,
        out TokenizedPrompt[]? prompts)
    {
        var diffusion = BaseProcess(settings);
        var size = model.Config.ImageSize;
        var kept = known?.ForBase(size);
        if (networks.Base is Text2ImUNet network)
        {
            var tokenized = prompts = Array.ConvertAll(requests, request => Tokenize(request.Prompt, network));
            using var text = EncodeBoth(network, tokenized, requests, settings.Guidance);
            using var conditional = new TextConditional(network, text, Seen(network, kept));
            using var guided = new ClassifierFreeGuidance(
                conditional, Array.ConvertAll(requests, request => request.GuidanceScale), diffusion, settings.Guidance)
            { OnePassAtZero = true };
            return Sample(guided);
        }
        prompts = null;
        var classes = (UNetModel)networks.Base;
        return Sample(new ClassConditional(classes, classes.Config.NumClasses is null ? null : labels));

        Tensor Sample(IDenoiser denoiser)
        {
            if (networks.Classifier is { } classifier && labels is not null && settings.ClassifierScale != 0)
                denoiser = new ClassifierGuidance(denoiser, classifier, labels, full(1, 1, 1, 1, S((float)settings.ClassifierScale)).to(networks.Device));
            var percentile = settings.Guidance.ThresholdPercentile;
            var process = new DenoisingProcess(diffusion, denoiser) { Denoised = percentile < 1 || kept is not null ? Denoised : null };
            var noise = new SampleNoise(Array.ConvertAll(requests, request => request.Seed), BaseStage, size, networks.Device);
            var x = Run(settings.CreateSampler(), process, noise.At, onStep, cancellationToken);
            return kept is null ? x : kept.KeepKnown(x);

            // Thresholding scales the whole image, so what is known is put back after it.
            Tensor Denoised(Tensor xStart)
            {
                if (percentile < 1) xStart = DynamicThresholding.Apply(xStart, percentile);
                return kept is null ? xStart : kept.KeepKnown(xStart);
            }
        }
    }

    // A model that inpaints draws a whole image where nothing is known of it; and as one that does, so that neighbours do not decide.
    private KnownPixels? Known(SampleRequest[] requests, SamplingSettings settings)
    {
        if (!model.Config.Inpaints && Array.Exists(requests, request => request.Known is not null))
            throw new ArgumentException("a request has a known image; the model does not inpaint");
        return Inpaints(networks.Base) || networks.Upsampler is { } upsampler && Inpaints(upsampler)
            ? new KnownPixels(Array.ConvertAll(requests, request => request.Known), ImageSizeOf(settings), networks.Device)
            : null;
    }

    private static bool Inpaints(nn.Module network) => network is Text2ImUNet { Config.InChannels: 7 or 10 };

    private static ConcatenatedImages Seen(nn.Module network, ConcatenatedImages? known) => known is not null && Inpaints(network) ? known : new ConcatenatedImages();

    private static Tensor Run(ISampler sampler, DenoisingProcess process, Func<int, Tensor> noise, Action onStep, CancellationToken cancellationToken)
    {
        Tensor? x = null;
        foreach (var step in sampler.Run(process, noise, cancellationToken))
        {
            x?.Dispose();
            step.PredictedXStart.Dispose();
            x = step.Sample;
            onStep();
        }
        return x!;
    }

    // [N] int64, or null where the requests have none.
    private Tensor? Labels(SampleRequest[] requests)
    {
        if (requests[0].Label is null)
            return model.Config is AdmConfig { Network.NumClasses: { } classes }
                ? throw new ArgumentException($"a request has no label; the model draws classes 0 to {classes - 1}")
                : null;
        var count = model.Classes?.Count ?? throw new ArgumentException("a request has a label; the model has no classes");
        return Array.Find(requests, request => request.Label < 0 || request.Label >= count) is { } unknown
            ? throw new ArgumentException($"a request has label {unknown.Label}; allowed: 0 to {count - 1}")
            : tensor(Array.ConvertAll(requests, request => (long)request.Label!.Value)).to(networks.Device);
    }

    private TokenizedPrompt Tokenize(string prompt, Text2ImUNet network) => model.Tokenizer!.Tokenize(prompt, network.Config.TextCtx);

    // Prompts go through the transformer in batches of N, the null prompt alone and once: so that no encoding depends on the neighbours.
    private TextEncoding EncodeBoth(Text2ImUNet network, TokenizedPrompt[] prompts, SampleRequest[] requests, GuidanceSettings guidance)
    {
        var passes = requests[0].Kind.Passes;
        if (passes == GuidancePasses.Prompt) return Encode(network, prompts);

        using var nothing = Encode(network, [Tokenize("", network)]);
        using var negative = Array.TrueForAll(requests, request => request.NegativePrompt.Length == 0)
            ? null
            : Encode(network, Array.ConvertAll(requests, request => Tokenize(request.NegativePrompt, network)));
        TextEncoding[] against = [.. requests.Select((request, i) => request.NegativePrompt.Length == 0 ? nothing : negative!.Part(i, 1))];
        using var encoded = passes == GuidancePasses.Against && guidance is { NeedsTimestep: false, IsCombinationAlone: true } ? null : Encode(network, prompts);
        TextEncoding[] rows = [.. encoded is null ? against : [encoded], .. against];
        var both = TextEncoding.Joined(rows);
        foreach (var part in against) part.Dispose();
        return both;
    }

    private TextEncoding Encode(Text2ImUNet network, TokenizedPrompt[] prompts)
    {
        long[] shape = [prompts.Length, network.Config.TextCtx];
        using var tokens = tensor(Array.ConvertAll([.. prompts.SelectMany(prompt => prompt.Tokens)], token => (long)token), shape).to(networks.Device);
        using var mask = tensor([.. prompts.SelectMany(prompt => prompt.Mask)], shape).to(networks.Device);
        return network.EncodeText(tokens, mask);
    }
}
