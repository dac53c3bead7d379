using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// DDIM (Song et al. 2021, arXiv:2010.02502, equation 12): with eta 0 a deterministic map from x_T, with eta 1 the variance of
/// ancestral sampling (equation 16). In x / alpha and sigma / alpha its step is that of Euler, and with eta 1 that of Euler with fresh noise (Karras et al. 2022,
/// arXiv:2206.00364), so that for flow matching it is the Euler step too.
/// </summary>
/// <param name="eta">0 to 1.</param>
/// <param name="spacing">Where the steps are: those of DDIM, or of Euler's method.</param>
public sealed class DdimSampler(double eta = 0, LevelSpacing spacing = LevelSpacing.Timesteps) : SingleStepSampler
{
    /// <inheritdoc/>
    public override LevelSpacing Spacing => spacing;

    /// <inheritdoc/>
    public override bool UsesNoise => eta > 0;

    /// <inheritdoc/>
    public override (Tensor Sample, Tensor PredictedXStart) Step(DenoisingProcess process, Tensor x, LevelRun run, int index, Tensor noise)
    {
        var (at, next) = (run.From(index), run.To(index));
        var (epsilon, xStart) = process.Predict(x, at, next);
        // sigma^2 of the noise that is fresh. With eta 1 and few steps it is all of the noise but for rounding, which must not make the rest negative.
        var ratio = next.Sigma * at.Alpha / (next.Alpha * at.Sigma);
        var fresh = eta * next.Sigma * Math.Sqrt(Math.Max(0, 1 - ratio * ratio));
        var mean = (S(next.Alpha) * xStart).Plus(S(Math.Sqrt(Math.Max(0, next.Sigma * next.Sigma - fresh * fresh))) * epsilon);
        return (fresh > 0 ? mean.Plus(S(fresh) * noise) : mean, xStart);
    }

    /// <summary>
    /// One step of the same ordinary differential equation towards noise, which finds the x_T of an image (arXiv:2010.02502, section 4.3, and
    /// Dhariwal and Nichol 2021, arXiv:2105.05233).
    /// </summary>
    /// <param name="process">The guided network.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="run">Where the steps begin and end.</param>
    /// <param name="index">The step's index t.</param>
    /// <returns>x_{t+1}, pure noise after the noisiest, and the predicted x_0.</returns>
    public static (Tensor Sample, Tensor PredictedXStart) ReverseStep(DenoisingProcess process, Tensor x, LevelRun run, int index)
    {
        var (at, next) = (run.From(index), run.To(index));
        var noisier = index + 1 < run.Steps ? run.From(index + 1) : new NoiseLevel(at.Timestep, 0, 1);
        var (epsilon, xStart) = process.Predict(x, at, next);
        return ((S(noisier.Alpha) * xStart).Plus(S(noisier.Sigma) * epsilon), xStart);
    }

    /// <summary>The images of <see cref="ReverseStep"/> from x_0 to x_T, the least noisy first.</summary>
    /// <param name="process">The guided network.</param>
    /// <param name="run">Where the steps begin and end.</param>
    /// <param name="xStart">x_0, [N, C, H, W] in [-1, 1]; disposed after the first step.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public static IEnumerable<SamplingStep> Reverse(
        DenoisingProcess process, LevelRun run, Tensor xStart, CancellationToken cancellationToken = default) =>
        SamplingLoop.Run(Enumerable.Range(0, run.Steps), xStart, (x, index) => ReverseStep(process, x, run, index), cancellationToken);
}
