using System.Globalization;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// Trains the network of a task: dropped captions, AdamW, an exponential moving average of the weights, and checkpoints from which a run goes
/// on as if it had never stopped. Every step's batch, timesteps and noise are functions of (seed, step).
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainingTask[] _replicas;      // the given one first
    private readonly TrainingTask _average;
    private readonly AdamW _optimizer;
    private readonly ITrainingData _data;
    private readonly TrainingOptions _options;

    /// <summary>Sets a run up at step 0.</summary>
    /// <param name="task">What to train, on its device; the trainer disposes it.</param>
    /// <param name="data">Examples.</param>
    /// <param name="options">Settings.</param>
    public Trainer(TrainingTask task, ITrainingData data, TrainingOptions options)
    {
        foreach (var (name, parameter) in task.Network.named_parameters())
            if (task.IsIn(options.Frozen, name)) parameter.requires_grad = false;
        _average = task.Copy();
        foreach (var parameter in _average.Network.parameters()) parameter.requires_grad = false;
        _replicas = [task, .. Enumerable.Range(1, options.Replicas - 1).Select(_ => task.Copy())];
        foreach (var replica in _replicas) replica.MultiplyInBFloat16(options.BFloat16);
        _optimizer = new AdamW(task.Network);
        (_data, _options) = (data, options);
    }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The network with averaged weights, which are the ones to sample with; live, and owned by the trainer.</summary>
    public nn.Module Average => _average.Network;

    /// <summary>The part of it that goes into a model.</summary>
    public nn.Module Model => _average.Model;

    /// <summary>What captions tell the averaged network.</summary>
    /// <param name="probe">The images.</param>
    /// <exception cref="InvalidOperationException">The network has no captions.</exception>
    public IReadOnlyList<CaptionLoss> Measure(CaptionProbe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        Average.eval();
        return probe.Measure(_average as TextToImageTask ?? throw new InvalidOperationException("a network without captions cannot be probed with them"), _options);
    }

    /// <summary>
    /// Trains until the last step, writing checkpoints; the caller sees each step when it is done. What the data throws is passed on after a checkpoint,
    /// so that no step is lost.
    /// </summary>
    /// <param name="checkpoint">File to write every CheckpointEvery steps and at the end, on cancellation or where an example cannot be had.</param>
    /// <param name="cancellationToken">Stops after the running step.</param>
    public IEnumerable<TrainingProgress> Run(string checkpoint, CancellationToken cancellationToken = default)
    {
        var next = Task.Run(() => LoadBatch(Step), CancellationToken.None);
        foreach (var replica in _replicas) replica.Network.train();
        while (Step < _options.Steps && !cancellationToken.IsCancellationRequested)
        {
            var batch = Finish(next, checkpoint);
            var following = Step + 1;
            // Nobody needs what comes after the last step, and whether it can be loaded.
            if (following < _options.Steps) next = Task.Run(() => LoadBatch(following), CancellationToken.None);
            var progress = TrainStep(batch);
            if (Step % _options.CheckpointEvery == 0) Save(checkpoint);
            yield return progress;
        }
        Save(checkpoint);
        Task.WaitAny([next], CancellationToken.None);
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
        return options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(part, 1)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _average.Dispose();
        foreach (var replica in _replicas) replica.Dispose();
    }

    /// <summary>
    /// Random timesteps, see <see cref="TrainingOptions.TimestepShift"/>: one from each of as many equal parts as there are examples, in random
    /// order, so that every batch has seen all noise levels (low-discrepancy sampling: Kingma et al. 2021, arXiv:2107.00630, appendix I.1).
    /// </summary>
    /// <param name="shift">Above 0; 1 draws uniformly.</param>
    /// <param name="steps">T.</param>
    /// <param name="count">How many.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <returns>[count] int64 in [0, T).</returns>
    internal static Tensor Timesteps(double shift, int steps, int count, Generator generator)
    {
        using var scope = NewDisposeScope();
        var u = randperm(count, dtype: float64, generator: generator).Plus(rand([count], dtype: float64, generator: generator)) / S(count);
        var time = u * S(shift) / (u * S(shift - 1)).Plus(S(1));
        return (time * S(steps)).floor().to_type(int64).clamp_max(S(steps - 1)).MoveToOuterDisposeScope();
    }

    /// <summary>x_0 of examples on a task's device, [N, 3, S, S] float32 in [-1, 1].</summary>
    internal static Tensor Pixels(CaptionedImage[] examples, TrainingTask task)
    {
        byte[] bytes = [.. examples.SelectMany(example => example.Rgb)];
        var pixels = tensor(bytes, [examples.Length, task.ImageSize, task.ImageSize, 3]).to(task.Device);
        return pixels.permute(0, 3, 1, 2).to_type(ScalarType.Float32).contiguous() / S(127.5) - S(1);
    }

    private TrainingProgress TrainStep(CaptionedImage[] examples)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(unchecked(_options.Seed * 0x9E3779B97F4A7C15 + (ulong)Step));
        var (task, n) = (_replicas[0], examples.Length);
        var xStart = Pixels(examples, task);
        var t = Timesteps(_options.TimestepShift, task.Diffusion.Schedule.Steps, n, generator).to(task.Device);
        var noise = randn(xStart.shape, generator: generator).to(task.Device);
        var images = new NoisedImages(xStart, task.Diffusion.QSample(xStart, t, noise), t, noise);
        var inputs = task.Inputs(examples, xStart, generator, _options);

        var share = (n + _replicas.Length - 1) / _replicas.Length;
        var others = Enumerable.Range(1, _replicas.Length - 1).Select(i => Task.Run(() => Backward(i))).ToArray();
        double[][] parts = [Backward(0), .. others.Select(other => other.GetAwaiter().GetResult())];
        double[] means = [.. Enumerable.Range(0, 1 + task.Measures.Count).Select(i => parts.Sum(part => part[i]))];
        SumGradients();

        var gradientNorm = _optimizer.ClipGradient(_options.GradientClip);
        var learningRate = LearningRateAt(_options, Step);
        _optimizer.Step(++Step, learningRate, _options.WeightDecay);
        UpdateAverage();
        ShareWeights();
        return new TrainingProgress(Step, means[0], means[1..], gradientNorm, learningRate);

        // The part of the mean loss and the mean measures that replica i's share of the batch makes.
        double[] Backward(int i)
        {
            using var scope = NewDisposeScope();
            var (first, count) = (i * share, Math.Min(share, n - i * share));
            if (count <= 0) return new double[1 + task.Measures.Count];
            var (loss, measures) = _replicas[i].Losses(images.Part(first, count), Array.ConvertAll(inputs, input => input.narrow(0, first, count)), _options);
            var mean = loss.sum() / S(n);
            mean.backward();
            return [mean.item<float>(), .. measures.Select(measure => (double)measure.sum().item<float>() / n)];
        }
    }

    private void SumGradients()
    {
        foreach (var replica in _replicas.Skip(1))
        {
            foreach (var (sum, part) in _replicas[0].Network.parameters().Zip(replica.Network.parameters()))
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
        foreach (var replica in _replicas.Skip(1)) replica.CopyWeightsFrom(_replicas[0]);
    }

    private void UpdateAverage()
    {
        using var _ = no_grad();
        var decay = Math.Min(_options.EmaDecay, (1.0 + Step) / (10 + Step));
        foreach (var (average, current) in Average.parameters().Zip(_replicas[0].Network.parameters())) average.lerp_(current, 1 - decay);
    }

    private CaptionedImage[] LoadBatch(long step) =>
    [
        .. Enumerable.Range(0, _options.BatchSize).Select(i => step * _options.BatchSize + i).Select(index =>
        {
            var example = _data.Get(index, _replicas[0].ImageSize);
            return _replicas[0].DropsCaptions && IsDropped(index) ? example with { Caption = "" } : example;
        }),
    ];

    private CaptionedImage[] Finish(Task<CaptionedImage[]> loading, string checkpoint)
    {
        try
        {
            return loading.GetAwaiter().GetResult();
        }
        catch
        {
            Save(checkpoint);
            throw;
        }
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
    private List<KeyValuePair<string, Tensor>> State() => [.. Named("model.", _replicas[0].Network), .. Named("average.", Average), .. _optimizer.State];

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(string prefix, nn.Module network) =>
        network.state_dict().Select(entry => new KeyValuePair<string, Tensor>(prefix + entry.Key, entry.Value));
}
