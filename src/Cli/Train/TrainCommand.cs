using System.CommandLine;
using Atelier.Diffusion.Training;
using Spectre.Console;

namespace Atelier.Cli.Train;

/// <summary><c>atelier train</c>: trains or fine-tunes a text-to-image model.</summary>
internal static class TrainCommand
{
    /// <summary>The data set that needs no files.</summary>
    public const string Shapes = "shapes";

    private const string BFloat16 = "bf16";

    public static Command Create(IAnsiConsole console)
    {
        var defaults = new TrainingOptions { Steps = 10_000 };
        var config = new Argument<string>("config") { Description = "A model.json to train from scratch, or a model folder to fine-tune." };
        var output = new Option<string>("--out") { Description = "Folder of the run, outside --data; running again goes on from its checkpoint.", Required = true };
        var network = Options.Word(
            "--network", [.. Enum.GetValues<TrainedNetwork>().Select(network => network.Name())], "Which network of the model to train; the others stay as they are.");
        var data = new Option<string>("--data")
        {
            Description = "shapes; a folder of images (png, jpg, webp), each with a caption in a .txt of the same name; or WebDataset: a .tar file, a folder of them, or a job. "
                + "Hidden files, hidden folders and links to folders are left aside. An image may have 64 million pixels.",
            DefaultValueFactory = _ => Shapes,
        };
        var maxObjects = Options.Number("--max-objects", 2, 1, 2, "Most objects of a scene of the shapes world.");
        var twoObjects = Options.Number("--two-objects", 0.5, 0, 1, "Share of scenes with two objects, where --max-objects is 2.");
        var steps = Options.Number("--steps", defaults.Steps, 1, 1_000_000_000, "Optimizer steps in all.");
        var batch = Options.Number("--batch", defaults.BatchSize, 1, 4096, "Images of one step.");
        var rate = Options.Number("--learning-rate", defaults.LearningRate, 1e-9, 1, "Peak learning rate of AdamW.");
        var warmup = Options.Number("--warmup", defaults.WarmupSteps, 0, 1_000_000_000, "Steps over which the learning rate rises.");
        var emaDecay = Options.Number("--ema-decay", defaults.EmaDecay, 0, 0.999999, "Decay of the moving average of the weights.");
        var weightDecay = Options.Number("--weight-decay", defaults.WeightDecay, 0, 1, "Decoupled weight decay.");
        var clip = Options.Number("--gradient-clip", defaults.GradientClip, 1e-6, 1e6, "Norm to which the gradient is clipped.");
        var gamma = Options.OptionalNumber(
            "--min-snr-gamma", 1e-6, 1000, "Gamma of Min-SNR loss weighting; the smaller, the more the noisy steps count. Unweighted when not given.");
        var shift = Options.Number(
            "--timestep-shift", defaults.TimestepShift, 0.01, 100, "How much likelier than uniform the noisiest timestep is, which decides what is drawn where.");
        var bound = Options.OptionalNumber<double>("--bound-weight", 0, 1000, "Weight of the variational bound that teaches variances. T / 1000 when not given.");
        var uncond = Options.Number("--uncond-probability", defaults.UncondProbability, 0, 1, "Share of captions dropped, for guidance.");
        var freeze = Options.Word(
            "--freeze", [.. Enum.GetNames<NetworkPart>().Select(name => name.ToLowerInvariant())], "The part of the network to leave as it is: its text transformer or its unet.");
        var lowRes = Options.Number("--low-res-noise", defaults.LowResNoise, 0, 2, "Most noise on the small images that an upsampler learns from, whose values are from -1 to 1.");
        var seed = Options.Number<ulong>("--seed", 0, 0, ulong.MaxValue, "Decides weights, order of the data, timesteps and noise.");
        var every = Options.Number("--checkpoint-every", defaults.CheckpointEvery, 1, 1_000_000_000, "Steps between checkpoints.");
        var threads = Options.Number("--threads", Environment.ProcessorCount, 1, 1024, "Threads of one tensor operation.");
        var replicas = Options.Number(
            "--replicas", defaults.Replicas, 1, 1024, "Copies of the network that share each batch and the threads; as many as threads is fastest on a CPU.");
        var precision = Options.Word("--precision", ["fp32", BFloat16], "What 3x3 convolutions multiply in: fp32 or bf16.");
        var device = DeviceOption.Create();

        var command = new Command("train", "Trains a model on the shapes world or on your own images.")
        {
            config, output, network, data, maxObjects, twoObjects, steps, batch, rate, warmup, emaDecay, weightDecay, clip, gamma, shift, bound, uncond, freeze, lowRes, seed, every, threads, replicas, precision, device,
        };
        command.SetAction((given, cancellationToken) => Task.FromResult(TrainRun.Run(
            new TrainSettings
            {
                Config = given.GetRequiredValue(config),
                Output = given.GetRequiredValue(output),
                Network = Enum.Parse<TrainedNetwork>(given.GetRequiredValue(network), ignoreCase: true),
                Data = given.GetRequiredValue(data),
                MaxObjects = given.GetValue(maxObjects),
                TwoObjects = given.GetValue(twoObjects),
                Threads = given.GetValue(threads),
                Device = given.GetRequiredValue(device),
                Options = new TrainingOptions
                {
                    Steps = given.GetValue(steps),
                    BatchSize = given.GetValue(batch),
                    Replicas = given.GetValue(replicas),
                    LearningRate = given.GetValue(rate),
                    WarmupSteps = given.GetValue(warmup),
                    EmaDecay = given.GetValue(emaDecay),
                    WeightDecay = given.GetValue(weightDecay),
                    GradientClip = given.GetValue(clip),
                    MinSnrGamma = given.GetValue(gamma),
                    TimestepShift = given.GetValue(shift),
                    BoundWeight = given.GetValue(bound),
                    UncondProbability = given.GetValue(uncond),
                    LowResNoise = given.GetValue(lowRes),
                    BFloat16 = given.GetRequiredValue(precision) == BFloat16,
                    Frozen = Enum.Parse<NetworkPart>(given.GetRequiredValue(freeze), ignoreCase: true),
                    Seed = given.GetValue(seed),
                    CheckpointEvery = given.GetValue(every),
                },
            },
            console,
            cancellationToken)));
        return command;
    }
}
