using System.Globalization;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Weights;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// Trains a text-to-image network on captioned images: hybrid loss, dropped captions, AdamW, an exponential moving average of the
/// weights, and checkpoints from which a run goes on as if it had never stopped. Every step's batch, timesteps and noise are functions of
/// (seed, step).
/// </summary>
public sealed class Trainer : IDisposable
{
    // By state-dict keys.
    private static readonly string[] TextParts = ["token_embedding.", "positional_embedding", "padding_embedding", "transformer.", "final_ln."];

    private readonly Text2ImUNet _network;
    private readonly Text2ImUNet[] _replicas;      // the network first
    private readonly Text2ImUNet _average;
    private readonly AdamW _optimizer;
    private readonly GaussianDiffusion _diffusion;
    private readonly BpeTokenizer _tokenizer;
    private readonly ITrainingData _data;
    private readonly TrainingOptions _options;
    private readonly int _imageSize;
    private readonly Device _device;

    /// <summary>Sets a run up at step 0.</summary>
    /// <param name="network">Network to train, on its device; the trainer disposes it.</param>
    /// <param name="schedule">The full, not respaced noise schedule.</param>
    /// <param name="tokenizer">Vocabulary of the captions.</param>
    /// <param name="imageSize">Width and height of the images.</param>
    /// <param name="data">Examples.</param>
    /// <param name="options">Settings.</param>
    public Trainer(
        Text2ImUNet network, NoiseSchedule schedule, BpeTokenizer tokenizer, int imageSize, ITrainingData data, TrainingOptions options)
    {
        foreach (var (name, parameter) in network.named_parameters())
            if (IsFrozen(name, options.Frozen)) parameter.requires_grad = false;
        _network = network;
        _device = network.parameters().First().device;
        _average = CopyOf(network);
        foreach (var parameter in _average.parameters()) parameter.requires_grad = false;
        _replicas = [network, .. Enumerable.Range(1, options.Replicas - 1).Select(_ => CopyOf(network))];
        _optimizer = new AdamW(network);
        _diffusion = new GaussianDiffusion(schedule);
        (_tokenizer, _imageSize, _data, _options) = (tokenizer, imageSize, data, options);
    }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The averaged weights, which are the ones to sample with; live, and owned by the trainer.</summary>
    public Text2ImUNet Average => _average;

    /// <summary>Trains until the last step, writing checkpoints; the caller sees each step when it is done.</summary>
    /// <param name="checkpoint">File to write every CheckpointEvery steps and at the end or on cancellation.</param>
    /// <param name="cancellationToken">Stops after the running step.</param>
    public IEnumerable<TrainingProgress> Run(string checkpoint, CancellationToken cancellationToken = default)
    {
        var next = Task.Run(() => LoadBatch(Step), CancellationToken.None);
        foreach (var replica in _replicas) replica.train();
        while (Step < _options.Steps && !cancellationToken.IsCancellationRequested)
        {
            var batch = next.GetAwaiter().GetResult();
            var following = Step + 1;
            next = Task.Run(() => LoadBatch(following), CancellationToken.None);
            var progress = TrainStep(batch);
            if (Step % _options.CheckpointEvery == 0) Save(checkpoint);
            yield return progress;
        }
        next.GetAwaiter().GetResult();
        Save(checkpoint);
    }

    /// <summary>Writes weights, average, moments and the step into one file.</summary>
    /// <param name="path">File to replace.</param>
    public void Save(string path) =>
        Safetensors.Write(path, State(), new Dictionary<string, string> { ["step"] = Step.ToString(CultureInfo.InvariantCulture) });

    /// <summary>Goes on from a checkpoint of a network of the same shape.</summary>
    /// <param name="path">File that <see cref="Save"/> wrote.</param>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another network.</exception>
    public void Resume(string path)
    {
        var targets = State().ToDictionary();
        StateDict.Check(
            path, "this run", targets.ToDictionary(entry => entry.Key, entry => entry.Value.shape),
            Safetensors.ReadHeader(path).ToDictionary(entry => entry.Key, entry => entry.Value.Shape));
        if (!Safetensors.ReadMetadata(path).TryGetValue("step", out var text)
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step))
            throw new InvalidDataException($"{path} is not a training checkpoint: its metadata has no step");
        StateDict.Copy(Safetensors.Read(path), targets);
        ShareWeights();
        Step = step;
    }

    /// <summary>Learning rate of the update after <paramref name="step"/> updates.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="step">Updates done.</param>
    public static double LearningRateAt(TrainingOptions options, long step)
    {
        if (step < options.WarmupSteps) return options.LearningRate * (step + 1) / options.WarmupSteps;
        var part = (double)(step - options.WarmupSteps) / Math.Max(1, options.Steps - options.WarmupSteps);
        return options.LearningRate * (0.1 + 0.9 * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(part, 1))));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _average.Dispose();
        foreach (var replica in _replicas) replica.Dispose();
    }

    private TrainingProgress TrainStep(Batch batch)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(unchecked(_options.Seed * 0x9E3779B97F4A7C15 + (ulong)Step));
        var n = _options.BatchSize;
        var pixels = tensor(batch.Pixels, [n, _imageSize, _imageSize, 3]).to(_device);
        var xStart = pixels.permute(0, 3, 1, 2).to_type(ScalarType.Float32).contiguous() / S(127.5) - S(1);   // [N, 3, S, S] in [-1, 1]
        var t = randint(0, _diffusion.Schedule.Steps, [n], dtype: int64, generator: generator).to(_device);
        var noise = randn(xStart.shape, generator: generator).to(_device);
        var x = _diffusion.QSample(xStart, t, noise);

        var tokens = tensor(batch.Tokens, [n, _network.Config.TextCtx], dtype: int64).to(_device);
        var mask = tensor(batch.Mask, [n, _network.Config.TextCtx]).to(_device);
        var share = (n + _replicas.Length - 1) / _replicas.Length;
        var others = Enumerable.Range(1, _replicas.Length - 1).Select(i => Task.Run(() => Backward(i))).ToArray();
        var parts = (List<(double Loss, double Mse, double Bound)>)[Backward(0), .. others.Select(other => other.GetAwaiter().GetResult())];
        SumGradients();

        var gradientNorm = _optimizer.ClipGradient(_options.GradientClip);
        var learningRate = LearningRateAt(_options, Step);
        _optimizer.Step(++Step, learningRate, _options.WeightDecay);
        UpdateAverage();
        ShareWeights();
        return new TrainingProgress(
            Step, parts.Sum(part => part.Loss), parts.Sum(part => part.Mse), parts.Sum(part => part.Bound), gradientNorm, learningRate);

        // The part of the three losses that replica i's share of the batch makes.
        (double Loss, double Mse, double Bound) Backward(int i)
        {
            using var scope = NewDisposeScope();
            if (i * share >= n) return (0, 0, 0);
            Tensor Part(Tensor whole) => whole.narrow(0, i * share, Math.Min(share, n - i * share));
            var network = _replicas[i];
            var output = network.call(Part(x), Part(t), network.EncodeText(Part(tokens), Part(mask)));
            var (loss, mse, bound) = TrainingLoss.Hybrid(_diffusion, output, Part(xStart), Part(x), Part(t), Part(noise), _options.MinSnrGamma);
            var mean = loss.sum() / S(n);
            mean.backward();
            return (mean.item<float>(), mse.sum().item<float>() / n, bound.sum().item<float>() / n);
        }
    }

    private static bool IsFrozen(string parameter, NetworkPart frozen)
    {
        var isText = TextParts.Any(part => parameter.StartsWith(part, StringComparison.Ordinal));
        return frozen switch { NetworkPart.Text => isText, NetworkPart.Unet => !isText, _ => false };
    }

    private void SumGradients()
    {
        foreach (var replica in _replicas.Skip(1))
        {
            foreach (var (sum, part) in _network.parameters().Zip(replica.parameters()))
            {
                if (part.grad is not { } gradient) continue;
                using var _ = NewDisposeScope();
                sum.grad!.add_(gradient, alpha: S(1));
                gradient.zero_();
            }
        }
    }

    private void ShareWeights()
    {
        foreach (var replica in _replicas.Skip(1)) CopyWeights(_network, replica);
    }

    private static void CopyWeights(Text2ImUNet from, Text2ImUNet to)
    {
        using var _ = no_grad();
        foreach (var (source, target) in from.parameters().Zip(to.parameters())) target.copy_(source);
    }

    private static Text2ImUNet CopyOf(Text2ImUNet network)
    {
        var copy = new Text2ImUNet(network.Config) { MultipliesInBFloat16 = network.MultipliesInBFloat16 };
        copy.to(network.parameters().First().device);
        CopyWeights(network, copy);
        foreach (var (source, target) in network.parameters().Zip(copy.parameters())) target.requires_grad = source.requires_grad;
        return copy;
    }

    private void UpdateAverage()
    {
        using var _ = no_grad();
        var decay = Math.Min(_options.EmaDecay, (1.0 + Step) / (10 + Step));
        foreach (var (average, current) in _average.parameters().Zip(_network.parameters())) average.lerp_(current, 1 - decay);
    }

    private Batch LoadBatch(long step)
    {
        var (n, context) = (_options.BatchSize, _network.Config.TextCtx);
        var batch = new Batch(new byte[n * _imageSize * _imageSize * 3], new long[n * context], new bool[n * context]);
        for (var i = 0; i < n; i++)
        {
            var index = step * n + i;
            var example = _data.Get(index, _imageSize);
            example.Rgb.CopyTo(batch.Pixels, (long)i * example.Rgb.Length);
            var prompt = _tokenizer.Tokenize(IsDropped(index) ? "" : example.Caption, context);
            for (var k = 0; k < context; k++) (batch.Tokens[i * context + k], batch.Mask[i * context + k]) = (prompt.Tokens[k], prompt.Mask[k]);
        }
        return batch;
    }

    // A hash of (seed, index) as a number in [0, 1): the finaliser of SplitMix64.
    private bool IsDropped(long index)
    {
        var z = unchecked((_options.Seed ^ 0xD1B54A32D192ED03) + ((ulong)index + 1) * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return (z >> 11) * (1.0 / (1UL << 53)) < _options.UncondProbability;
    }

    // Everything that a checkpoint holds.
    private List<KeyValuePair<string, Tensor>> State() => [.. Named("model.", _network), .. Named("average.", _average), .. _optimizer.State];

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(string prefix, nn.Module network) =>
        network.state_dict().Select(entry => new KeyValuePair<string, Tensor>(prefix + entry.Key, entry.Value));

    private sealed record Batch(byte[] Pixels, long[] Tokens, bool[] Mask);
}
