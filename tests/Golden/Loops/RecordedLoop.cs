using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Golden.Loops;

/// <summary>A whole sampling run on recorded noise.</summary>
internal static class RecordedLoop
{
    /// <summary>Samples and predicted images after every step, [S, N, C, H, W].</summary>
    /// <param name="golden">The case, with the noise of x_T and of the steps; the latter is recorded noisiest step first.</param>
    /// <param name="sampler">How to step.</param>
    /// <param name="process">The guided network.</param>
    /// <param name="run">Where the steps begin and end.</param>
    /// <param name="part">Takes the part of the noise that belongs to the process's samples; null takes all.</param>
    public static (Tensor Samples, Tensor PredictedXStart) Run(
        GoldenCase golden, ISampler sampler, DenoisingProcess process, LevelRun run, Func<Tensor, Tensor>? part = null)
    {
        var steps = sampler.Run(process, run, step => (part ?? (whole => whole))(
            step < 0 ? golden.Input("noise") : golden.Input("step_noise")[run.Steps - 1 - step]).clone()).ToList();
        return (stack(steps.Select(step => step.Sample)), stack(steps.Select(step => step.PredictedXStart)));
    }
}
