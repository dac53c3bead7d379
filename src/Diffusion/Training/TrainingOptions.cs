namespace Atelier.Diffusion.Training;

/// <summary>How a network is trained, whatever its task.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps in all, at least 1.</summary>
    public required long Steps { get; init; }

    /// <summary>Examples of one step.</summary>
    /// <value>Default 32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Copies of the network that share every batch, each computing its part on a thread of its own; their gradients are summed.</summary>
    /// <value>Default 1.</value>
    public int Replicas { get; init; } = 1;

    /// <summary>Peak learning rate of AdamW, reached after <see cref="WarmupSteps"/> and then lowered to 0 along a half cosine.</summary>
    /// <value>Default 0.0005.</value>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Steps over which the learning rate rises from 0.</summary>
    /// <value>Default 200.</value>
    public long WarmupSteps { get; init; } = 200;

    /// <summary>Decoupled weight decay of AdamW.</summary>
    /// <value>Default 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>Decay of the exponential moving average of the weights; early steps use the smaller (1 + step) / (10 + step).</summary>
    /// <value>Default 0.9995.</value>
    public double EmaDecay { get; init; } = 0.9995;

    /// <summary>Norm to which the whole gradient is clipped.</summary>
    /// <value>Default 1.</value>
    public double GradientClip { get; init; } = 1;

    /// <summary>Share of captions replaced by the null caption (Ho and Salimans 2022, arXiv:2207.12598, section 3.2), 0 to 1.</summary>
    /// <value>Default 0.1.</value>
    public double UncondProbability { get; init; } = 0.1;

    /// <summary>gamma of Min-SNR loss weighting, above 0; null leaves the loss unweighted, as in the official trainings.</summary>
    public double? MinSnrGamma { get; init; }

    /// <summary>
    /// Weight of the variational bound of learned variances beside the squared error (Nichol and Dhariwal 2021, arXiv:2102.09672, lambda of
    /// equation 16, times T). The bound moves the variances only, but shares the network's features with the prediction.
    /// </summary>
    /// <value>Default null: T / 1000, as in the official trainings.</value>
    public double? BoundWeight { get; init; }

    /// <summary>
    /// Above 1, noisy timesteps are drawn more often: t / T = shift u / (1 + (shift - 1) u) with u uniform (Esser et al. 2024, arXiv:2403.03206,
    /// equation 23), which makes the noisiest step shift times as likely as in the official trainings, and the least noisy as many times less.
    /// What an image shows where is decided in few steps, the noisiest.
    /// </summary>
    /// <value>Default 1: uniform.</value>
    public double TimestepShift { get; init; } = 1;

    /// <summary>Whether 3x3 convolutions multiply in bfloat16 (Micikevicius et al. 2018, arXiv:1710.03740); all else is float32.</summary>
    public bool BFloat16 { get; init; }

    /// <summary>The part of a text-to-image network whose weights stay as they are.</summary>
    /// <value>Default none.</value>
    public NetworkPart Frozen { get; init; }

    /// <summary>
    /// Largest standard deviation of the noise on the small image that an upsampler sees, whose values are in [-1, 1]; for each example the
    /// deviation is drawn between 0 and this. See <see cref="UpsamplerTask"/>.
    /// </summary>
    /// <value>Default 0: none.</value>
    public double LowResNoise { get; init; }

    /// <summary>Seed of timesteps, noise and dropped captions.</summary>
    public ulong Seed { get; init; }

    /// <summary>Steps between checkpoints.</summary>
    /// <value>Default 500.</value>
    public long CheckpointEvery { get; init; } = 500;
}
