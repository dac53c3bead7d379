using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Noise;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Bench.Sample;

/// <summary>
/// One worker's batch: made-up prompts and noise, drawn by the library's own loop, guidance and sampler as <c>SamplingPipeline</c> puts them together.
/// Used by one thread at a time.
/// </summary>
internal sealed class Batch : IDisposable
{
    private const int UsualSteps = 10;
    private readonly Text2ImUNet _network;
    private readonly GlideOptions _glide;
    private readonly SampleOptions _options;
    private readonly Device _device;
    private readonly int _worker;
    private readonly ConcatenatedImages _images;
    private readonly Tensor _tokens;
    private readonly Tensor _mask;

    /// <summary>Makes the inputs.</summary>
    /// <param name="network">The network, which may be shared.</param>
    /// <param name="glide">What it was made from.</param>
    /// <param name="options">Batch size, sampler and so on.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="worker">Which worker: workers have other inputs.</param>
    public Batch(Text2ImUNet network, GlideOptions glide, SampleOptions options, Device device, int worker)
    {
        (_network, _glide, _options, _device, _worker) = (network, glide, options, device, worker);
        var (n, size, length) = (options.Batch, glide.ImageSize, glide.Network.TextCtx);
        _images = new ConcatenatedImages(
            glide.SuperRes ? Gaussian([n, 3, size / 4, size / 4], -2) : null, glide.Inpaint ? Gaussian([n, 3, size, size], -3) : null,
            glide.Inpaint ? ones(n, 1, size, size, device: device) : null);
        var choice = new Random(options.Seed + worker);
        _tokens = tensor(Many(() => choice.NextInt64(glide.Network.VocabularySize)), [2 * n, length]).to(device);
        _mask = tensor(Many(() => choice.Next(2) == 1), [2 * n, length]).to(device);
        using var inference = inference_mode();
        X = _images.Concatenate(Gaussian([n, 3, size, size], -1));
        Timesteps = tensor([.. Enumerable.Range(0, n).Select(_ => choice.NextInt64(glide.Diffusion.Timesteps))]).to(device);
        Text = glide.Network.XfWidth == 0 ? null : network.EncodeText(_tokens[TensorIndex.Slice(0, n)], _mask[TensorIndex.Slice(0, n)]);

        T[] Many<T>(Func<T> next) => [.. Enumerable.Range(0, 2 * n * length).Select(_ => next())];
    }

    /// <summary>Input of a call, [N, InChannels, H, W].</summary>
    public Tensor X { get; }

    /// <summary>Timesteps of a call, [N] int64.</summary>
    public Tensor Timesteps { get; }

    /// <summary>Text of a call.</summary>
    public Conditioning? Text { get; }

    /// <summary>Calls of the network in the last loop, each of a batch that guidance doubles.</summary>
    public int CallsOfLoop { get; private set; }

    /// <summary>Whether guidance doubles the batch of a loop.</summary>
    public bool Doubles => Text is not null && _options.Guidance != 1;

    /// <summary>One forward of the UNet on N images.</summary>
    /// <returns>[N, 6, H, W], the caller's.</returns>
    public Tensor Call()
    {
        using var inference = inference_mode();
        var output = _network.call(X, Timesteps, Text);
        Synchronize();
        return output;
    }

    /// <summary>Draws N images, from the encoding of their prompts to the last step.</summary>
    public void Draw() => Draw(
        _options.Sampler, _options.Steps is { } steps ? $"{steps}" : _glide.Respacing.Length > 0 ? _glide.Respacing : $"{Math.Min(UsualSteps, _glide.Diffusion.Timesteps)}");

    /// <summary>Takes a single step of DDIM, for what libraries set up and allocate in the first.</summary>
    public void WarmUp() => Draw("ddim", "1");

    public void Dispose()
    {
        foreach (var tensor in new[] { X, Timesteps, _tokens, _mask, _images.LowRes, _images.Known, _images.KnownMask }) tensor?.Dispose();
        Text?.Dispose();
    }

    private void Draw(string name, string respacing)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var diffusion = _glide.Diffusion.Create(respacing);
        var sampler = new SamplingSettings { Sampler = name, Steps = diffusion.Schedule.Steps, BatchSize = _options.Batch }.CreateSampler();
        using var text = Text is null ? null : _network.EncodeText(_tokens, _mask);
        using var guided = text is null ? null : new ClassifierFreeGuidance(
            new ConditionalNetwork(_network, text, _images), [.. Enumerable.Repeat(_options.Guidance, _options.Batch)]);
        var counted = new CountedDenoiser(guided is null ? new PromptlessDenoiser(_network, _images) : guided);
        Tensor? x = null;
        foreach (var step in sampler.Run(new DenoisingProcess(diffusion, counted), Run(), index => Gaussian([_options.Batch, 3, _glide.ImageSize, _glide.ImageSize], index)))
        {
            x?.Dispose();
            step.PredictedXStart.Dispose();
            x = step.Sample;
        }
        Synchronize();
        CallsOfLoop = counted.Calls;

        // Solvers have levels of their own.
        LevelRun Run() => sampler.Spacing is LevelSpacing.Solver or LevelSpacing.Karras ? _glide.Diffusion.Schedule.Run(diffusion.Schedule.Steps, sampler.Spacing) : diffusion.Run;
    }

    private void Synchronize()
    {
        if (_device.type == DeviceType.CUDA) cuda.synchronize(_device);
    }

    // As the pipeline makes it, since that is part of what a loop costs.
    private Tensor Gaussian(long[] shape, int step)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        var each = values.Length / (int)shape[0];
        for (var i = 0; i < shape[0]; i++)
            GaussianNoise.Fill(values.AsSpan(i * each, each), (ulong)(_options.Seed + _worker * _options.Batch + i), step < -1 ? -step : 0, Math.Max(step, -1));
        return tensor(values, shape).to(_device);
    }

    private sealed class PromptlessDenoiser(Text2ImUNet network, ConcatenatedImages images) : IDenoiser
    {
        public Tensor Predict(Tensor x, NoiseLevel at) => network.call(images.Concatenate(x), at.TimestepsFor(x), null);
    }

    private sealed class CountedDenoiser(IDenoiser denoiser) : IDenoiser
    {
        public int Calls { get; private set; }

        public Tensor Predict(Tensor x, NoiseLevel at)
        {
            Calls++;
            return denoiser.Predict(x, at);
        }
    }
}
