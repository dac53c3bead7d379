using System.Security.Cryptography;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Noise;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Pipelines;

/// <summary>
/// Prompts in, pixels out. A sample's pixels are a function of the model, the settings, its own request and the machine's arithmetic; not
/// of its neighbours in the batch. One pipeline may be used from several threads at once.
/// </summary>
/// <param name="model">Tokenizer and configuration.</param>
/// <param name="network">The model's network, frozen.</param>
public sealed class TextToImagePipeline(ModelFolder model, Text2ImUNet network)
{
    /// <summary>Draws one batch on the calling thread.</summary>
    /// <param name="requests">1 to BatchSize requests.</param>
    /// <param name="settings">Sampler, steps and the fixed batch size.</param>
    /// <param name="onStep">Told how many steps are done, after each.</param>
    /// <param name="cancellationToken">Honoured before every step.</param>
    /// <returns>One result a request, in order.</returns>
    /// <exception cref="ArgumentException">Settings that the model does not allow, or a wrong number of requests.</exception>
    public DrawnSample[] Draw(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep = null, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        var (x, prompts) = Denoise(requests, settings, onStep, cancellationToken);
        var finite = x.isfinite().flatten(start_dim: 1).all(1).cpu().data<bool>().ToArray();
        var pixels = ((x + 1) * 127.5).round().clamp(0, 255).to_type(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().cpu();
        var bytes = pixels.data<byte>().ToArray();
        var length = bytes.Length / settings.BatchSize;
        return [.. requests.Select((_, i) => new DrawnSample(
            finite[i] ? bytes[(i * length)..((i + 1) * length)] : null, prompts[i].TokenCount, prompts[i].Truncated))];
    }

    /// <summary>
    /// A name for this machine's arithmetic: SHA-256 of what the model makes of a fixed batch of this shape. Workers that agree on it make the
    /// same pixels.
    /// </summary>
    /// <param name="batchSize">Batch size of the job.</param>
    public string ProbeNumerics(int batchSize)
    {
        using var scope = NewDisposeScope();
        var requests = Enumerable.Range(0, batchSize).Select(i => new SampleRequest($"a numerics probe {i}", (ulong)i, 3)).ToList();
        var settings = new SamplingSettings { Sampler = "ddim", Steps = Math.Min(2, model.Config.Diffusion.Timesteps), BatchSize = batchSize };
        return Convert.ToHexStringLower(SHA256.HashData(Denoise(requests, settings, null, CancellationToken.None).X.contiguous().cpu().bytes));
    }

    private (Tensor X, Tokenization.TokenizedPrompt[] Prompts) Denoise(
        IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int>? onStep, CancellationToken cancellationToken)
    {
        var n = settings.BatchSize;
        if (requests.Count < 1 || requests.Count > n) throw new ArgumentException($"{requests.Count} requests do not fit a batch of {n}", nameof(requests));
        using var inference = inference_mode();
        var device = network.parameters().First().device;
        var schedule = settings.CreateSchedule(model.Config.Diffusion.NoiseSchedule, model.Config.Diffusion.Timesteps);
        if (requests.Any(request => request.IsGuided != requests[0].IsGuided))
            throw new ArgumentException("some requests have guidance scale 1, which takes one pass a step, and some have not; a batch is of one kind", nameof(requests));
        settings.Guidance.Validate();
        var padded = requests.Concat(Enumerable.Repeat(new SampleRequest("", 0, requests[0].GuidanceScale), n - requests.Count)).ToArray();
        var prompts = Array.ConvertAll(padded, request => model.Tokenizer.Tokenize(request.Prompt, model.Config.Network.TextCtx));
        var against = Array.ConvertAll(padded, request => model.Tokenizer.Tokenize(request.NegativePrompt, model.Config.Network.TextCtx));

        using var text = Encode([.. prompts, .. against], device);
        using var guided = new ClassifierFreeGuidance(
            new TextConditional(network, text), Array.ConvertAll(padded, request => request.GuidanceScale), schedule, settings.Guidance);
        var percentile = settings.Guidance.ThresholdPercentile;
        var process = new DenoisingProcess(new GaussianDiffusion(schedule), guided)
        {
            Denoised = percentile < 1 ? xStart => DynamicThresholding.Apply(xStart, percentile) : null,
        };

        Tensor? x = null;
        foreach (var (done, step) in settings.CreateSampler().Run(process, Noise, cancellationToken).Index())
        {
            x?.Dispose();
            step.PredictedXStart.Dispose();
            x = step.Sample;
            onStep?.Invoke(done + 1);
        }
        return (x!, prompts);

        Tensor Noise(int step)
        {
            var size = model.Config.ImageSize;
            var values = new float[n * 3 * size * size];
            for (var i = 0; i < n; i++) GaussianNoise.Fill(values.AsSpan(i * 3 * size * size, 3 * size * size), padded[i].Seed, 0, step);
            return tensor(values, [n, 3, size, size]).to(device);
        }
    }

    private TextEncoding Encode(Tokenization.TokenizedPrompt[] prompts, Device device)
    {
        long[] shape = [prompts.Length, model.Config.Network.TextCtx];
        using var tokens = tensor(Array.ConvertAll([.. prompts.SelectMany(prompt => prompt.Tokens)], token => (long)token), shape).to(device);
        using var mask = tensor([.. prompts.SelectMany(prompt => prompt.Mask)], shape).to(device);
        return network.EncodeText(tokens, mask);
    }
}
